// Values that outlive the host they were computed for.
#include <cstring>

#include "kernel/compose/cohort.hpp"

namespace fleetd::compose {

namespace {

// Text with its context, copied.
Value copyText(Evaluator& ev, Value v) {
  base::Arena& arena = ev.ownArena();
  const std::string_view text = arena.copy(v.string());
  Value out = v.is(Tag::Path) ? Value::path(text) : Value::text(text);
  if (const lang::StringContext* context = ev.contextOf(v)) {
    auto elements = arena.copy(context->elements);
    for (std::string_view& element : elements) element = arena.copy(element);
    auto* kept = arena.make<lang::StringContext>(lang::StringContext{elements});
    out.flags = lang::kHasContext;
    out.context = arena.make<lang::ContextString>(lang::ContextString{text.data(), kept});
  }
  return out;
}

Value copyError(Evaluator& ev, Value v) {
  base::Arena& arena = ev.ownArena();
  auto* error = arena.make<lang::EvalError>(*v.error);
  error->message = arena.copy(error->message);
  error->hint = arena.copy(error->hint);
  error->option = arena.copy(error->option);
  error->frames = nullptr;
  return Value::of(error);
}

bool sameContext(Evaluator& ev, Value a, Value b) {
  const lang::StringContext *x = ev.contextOf(a), *y = ev.contextOf(b);
  const std::size_t n = x ? x->elements.size() : 0, m = y ? y->elements.size() : 0;
  if (n != m) return false;
  for (std::size_t i = 0; i < n; ++i)
    if (x->elements[i] != y->elements[i]) return false;
  return true;
}

}  // namespace

bool copyComplete(Evaluator& ev, Value v, std::size_t* budget, Value* out) {
  if (*budget == 0) return false;
  --*budget;
  v = ev.force(v);
  switch (v.tag) {
    case Tag::Null:
    case Tag::Bool:
    case Tag::Int:
    case Tag::Float: *out = v; return true;
    case Tag::String:
    case Tag::Path: *out = copyText(ev, v); return true;
    // An option of a submodule without a value is an error for whoever asks for it, and no reason not to keep the rest.
    case Tag::Error:
      *out = copyError(ev, v);
      return v.error->kind == ErrorKind::Module || v.error->kind == ErrorKind::Throw;
    case Tag::List: {
      Value* elements = ev.ownArena().array<Value>(v.aux);
      for (std::uint32_t i = 0; i < v.aux; ++i)
        if (!copyComplete(ev, v.elements[i], budget, elements + i)) return false;
      *out = Value::list({elements, v.aux});
      return true;
    }
    case Tag::Attrs: {
      const std::size_t bytes = offsetof(Bindings, items) + sizeof(Attr) * v.attrs->size;
      auto* set = static_cast<Bindings*>(ev.ownArena().allocate(std::max(bytes, sizeof(Bindings)), alignof(Bindings)));
      set->size = v.attrs->size;
      set->pos = v.attrs->pos;
      for (std::uint32_t i = 0; i < set->size; ++i) {
        new (set->items + i) Attr{v.attrs->items[i].name, v.attrs->items[i].pos, {}};
        if (!copyComplete(ev, v.attrs->items[i].value, budget, &set->items[i].value)) return false;
      }
      *out = Value::of(set);
      return true;
    }
    default: return false;
  }
}

bool equalComplete(Evaluator& ev, Value v, Value kept, std::size_t* budget) {
  if (*budget == 0) return false;
  --*budget;
  v = ev.force(v);
  if (v.tag != kept.tag) return false;
  switch (v.tag) {
    case Tag::Null: return true;
    case Tag::Bool: return v.aux == kept.aux;
    case Tag::Int: return v.integer == kept.integer;
    case Tag::Float: return std::memcmp(&v.real, &kept.real, sizeof v.real) == 0;
    case Tag::String: return v.string() == kept.string() && sameContext(ev, v, kept);
    case Tag::Path: return v.string() == kept.string();
    case Tag::List: {
      if (v.aux != kept.aux) return false;
      if (v.elements == kept.elements) return true;
      for (std::uint32_t i = 0; i < v.aux; ++i)
        if (!equalComplete(ev, v.elements[i], kept.elements[i], budget)) return false;
      return true;
    }
    case Tag::Attrs: {
      if (v.attrs == kept.attrs) return true;
      if (v.attrs->size != kept.attrs->size) return false;
      for (std::uint32_t i = 0; i < v.attrs->size; ++i)
        if (v.attrs->items[i].name != kept.attrs->items[i].name ||
            !equalComplete(ev, v.attrs->items[i].value, kept.attrs->items[i].value, budget))
          return false;
      return true;
    }
    default: return false;
  }
}

}  // namespace fleetd::compose
