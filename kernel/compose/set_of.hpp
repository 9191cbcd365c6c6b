// setOf: a set of a few attributes whose names are interned already.
#pragma once
#include <algorithm>
#include <initializer_list>

#include "kernel/compose/model.hpp"

namespace fleetd::compose {

// Names must be unique. For sets that are made often: nothing is looked up, and so few need no sorting routine.
inline Value setOf(Evaluator& ev, std::initializer_list<Attr> items) {
  Bindings* out = ev.newBindings(static_cast<std::uint32_t>(items.size()));
  std::uint32_t count = 0;
  for (const Attr& item : items) {
    std::uint32_t at = count++;
    for (; at > 0 && item.name < out->items[at - 1].name; --at) out->items[at] = out->items[at - 1];
    out->items[at] = item;
  }
  return Value::of(out);
}

}  // namespace fleetd::compose
