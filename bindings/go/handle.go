// SPDX-License-Identifier: LGPL-2.1-or-later

package ivrs

import (
	"runtime"
	"sync"
)

// pointer is what SWIG makes of an object of C.
type pointer interface{ Swigcptr() uintptr }

// handle owns one reference of C. A reader can't meet a Close, and the collector can't take the handle from under a call.
type handle[T pointer] struct {
	mutex  sync.RWMutex
	object T
	open   bool
	name   string
	free   func(T)
}

// own makes a handle that frees its object when it is closed or, at the latest, collected.
func own[T pointer](object T, name string, free func(T)) *handle[T] {
	h := &handle[T]{object: object, open: true, name: name, free: free}
	runtime.SetFinalizer(h, (*handle[T]).close)
	return h
}

func (h *handle[T]) close() {
	if h == nil {
		return
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.open {
		h.open = false
		h.free(h.object)
		runtime.SetFinalizer(h, nil)
	}
}

func (h *handle[T]) closed() error {
	name := "object"
	if h != nil {
		name = h.name
	}
	return &Error{Status: Argument, What: name + " is closed", Offset: NoOffset, closed: true}
}

// read calls f with the object while nobody can close or change it.
func (h *handle[T]) read(f func(T) error) error {
	if h == nil {
		return h.closed()
	}
	h.mutex.RLock()
	defer h.mutex.RUnlock()
	if !h.open {
		return h.closed()
	}
	return f(h.object)
}

// write calls f with the object while nobody else can use it.
func (h *handle[T]) write(f func(T) error) error {
	if h == nil {
		return h.closed()
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if !h.open {
		return h.closed()
	}
	return f(h.object)
}

// get is read for what can't fail otherwise.
func get[T pointer, V any](h *handle[T], f func(T) V) (V, error) {
	var value V
	err := h.read(func(object T) error {
		value = f(object)
		return nil
	})
	return value, err
}
