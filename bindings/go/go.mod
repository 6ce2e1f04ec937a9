module ivrs

go 1.19
