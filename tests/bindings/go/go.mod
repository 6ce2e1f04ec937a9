module ivrs/tests

go 1.19

require ivrs v0.0.0

replace ivrs => ../../../bindings/go
