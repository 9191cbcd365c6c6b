// Evaluator: life time, memory, construction of values and budgets.
#include "kernel/lang/evaluator.hpp"

#include <algorithm>
#include <cstring>

#include "kernel/base/big_stack.hpp"
#include "kernel/lang/parser.hpp"
#include "kernel/lang/read_log.hpp"

namespace fleetd::lang {

Evaluator::Evaluator(base::SourceMap& sources, base::SymbolTable& symbols, Purity purity)
    : sources_(sources), symbols_(symbols), names_(symbols), purity_(purity), own_(256 << 10) {
  useThisThread();
  installGlobals();
}

Evaluator::~Evaluator() = default;

void Evaluator::useThisThread() {
  constexpr std::uintptr_t kReserve = 128 << 10;  // for what runs between two checks
  stackFloor_ = reinterpret_cast<const char*>(base::stackLimit() + kReserve);
}

bool Evaluator::enter(Pos pos, Value* error) {
  // Not the address of a variable: sanitizers keep those elsewhere.
  if (static_cast<const char*>(__builtin_frame_address(0)) < stackFloor_) {
    *error = failText(ErrorKind::StackOverflow, pos, "stack overflow; the expression nests too deeply",
                      "this is usually an infinite recursion through functions");
    return false;
  }
  if (depth_ >= limits_.callDepth) {
    *error = failText(ErrorKind::StackOverflow, pos, "stack overflow; max-call-depth exceeded",
                      "this is usually an infinite recursion through functions");
    return false;
  }
  ++steps_;
  if (limits_.steps != 0 && steps_ > limits_.steps) {
    *error = failText(ErrorKind::Budget, pos, "evaluation takes more steps than its budget allows", "");
    return false;
  }
  if (limits_.memory != 0 && (steps_ & 0xff) == 0 && arena().bytesUsed() > limits_.memory) {
    *error = failText(ErrorKind::Budget, pos, "evaluation takes more memory than its budget allows", "");
    return false;
  }
  ++depth_;
  return true;
}

Bindings* Evaluator::newBindings(std::uint32_t size) {
  const std::size_t bytes = offsetof(Bindings, items) + sizeof(Attr) * size;
  auto* bindings = static_cast<Bindings*>(arena().allocate(std::max(bytes, sizeof(Bindings)), alignof(Bindings)));
  bindings->size = size;
  bindings->pos = 0;
  for (std::uint32_t i = 0; i < size; ++i) new (bindings->items + i) Attr{};
  return bindings;
}

void Evaluator::sortBindings(Bindings* bindings) {
  constexpr std::uint32_t kFew = 16;  // std::stable_sort asks for memory of its own each time
  const auto before = [](const Attr& a, const Attr& b) { return a.name < b.name; };
  if (bindings->size <= kFew)
    for (std::uint32_t i = 1; i < bindings->size; ++i)
      for (std::uint32_t at = i; at > 0 && before(bindings->items[at], bindings->items[at - 1]); --at)
        std::swap(bindings->items[at], bindings->items[at - 1]);
  else
    std::stable_sort(bindings->begin(), bindings->end(), before);
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < bindings->size; ++i) {
    if (i + 1 < bindings->size && bindings->items[i].name == bindings->items[i + 1].name) continue;
    bindings->items[kept++] = bindings->items[i];
  }
  bindings->size = kept;
}

Value Evaluator::attrs(std::initializer_list<std::pair<std::string_view, Value>> items) {
  Bindings* out = newBindings(static_cast<std::uint32_t>(items.size()));
  std::uint32_t i = 0;
  for (const auto& [name, value] : items) out->items[i++] = {symbol(name), 0, value};
  sortBindings(out);
  return Value::of(out);
}

Value Evaluator::attrs(std::vector<Attr>& items) {
  Bindings* out = newBindings(static_cast<std::uint32_t>(items.size()));
  std::copy(items.begin(), items.end(), out->items);
  sortBindings(out);
  return Value::of(out);
}

Value Evaluator::list(std::span<const Value> items) { return Value::list(arena().copy(items)); }

Value Evaluator::nativeThunk(Thunk::Native native, void* data) {
  auto* cell = static_cast<Thunk*>(arena().allocate(sizeof(Thunk), alignof(Thunk)));
  new (&cell->value) Value();
  cell->value.tag = Tag::Pending;
  cell->value.spare = mark_;
  cell->expr = nullptr;
  cell->data = data;
  cell->native = native;
  return Value::of(cell);
}

namespace {

Value applyLazyCall(Evaluator& ev, void* raw) {
  auto* call = static_cast<LazyCall*>(raw);
  Value result = call->fn;
  for (Value arg : call->args) {
    result = ev.call(result, arg, call->pos);
    if (result.isError()) break;
  }
  return result;
}

}  // namespace

Value Evaluator::lazyCall(Value fn, std::initializer_list<Value> args, Pos pos) {
  const auto copied = arena().copy(std::span<const Value>(args.begin(), args.size()));
  return nativeThunk(applyLazyCall, arena().make<LazyCall>(LazyCall{fn, copied, pos}));
}

const LazyCall* asLazyCall(const Thunk& thunk) {
  return !thunk.expr && thunk.native == applyLazyCall ? static_cast<const LazyCall*>(thunk.data) : nullptr;
}

Value Evaluator::primApp(const PrimOp* prim, std::initializer_list<Value> args) {
  const std::size_t bytes = offsetof(PrimApp, args) + sizeof(Value) * std::max<std::size_t>(args.size(), 1);
  auto* app = static_cast<PrimApp*>(arena().allocate(bytes, alignof(PrimApp)));
  app->prim = prim;
  app->count = static_cast<std::uint32_t>(args.size());
  std::copy(args.begin(), args.end(), app->args);
  return Value::of(app);
}

Env* Evaluator::newEnv(Env* up, std::uint32_t size, std::uint32_t hoists) {
  const std::size_t bytes = offsetof(Env, slots) + sizeof(Value) * (std::size_t{size} + hoists);
  auto* env = static_cast<Env*>(arena().allocate(bytes, alignof(Env)));
  env->up = up;
  env->size = size;
  env->isWith = 0;
  env->isPrivate = makesPrivate() ? 1 : 0;
  for (std::uint32_t i = 0; i < size; ++i) new (env->slots + i) Value();
  for (std::uint32_t i = 0; i < hoists; ++i) (new (env->slots + size + i) Value())->tag = Tag::Stuck;
  return env;
}

std::vector<Attr*> Evaluator::sortedByName(Bindings* bindings) const {
  std::vector<Attr*> out;
  out.reserve(bindings->size);
  for (Attr& attr : *bindings) out.push_back(&attr);
  std::sort(out.begin(), out.end(), [&](const Attr* a, const Attr* b) { return text(a->name) < text(b->name); });
  return out;
}

Value Evaluator::stringWithContext(std::string_view chars, const StringContext* context) {
  const std::string_view copy = arena().copy(chars);
  if (!context || context->elements.empty()) return Value::text(copy);
  Value v = Value::text(copy);
  v.flags = kHasContext;
  v.context = arena().make<ContextString>(ContextString{copy.data(), context});
  return v;
}

const StringContext* Evaluator::contextOf(Value v) const {
  return v.is(Tag::String) && (v.flags & kHasContext) ? v.context->context : nullptr;
}

const StringContext* Evaluator::mergeContext(const StringContext* a, const StringContext* b) {
  if (!a || a->elements.empty()) return b;
  if (!b || b->elements.empty() || a == b) return a;
  std::vector<std::string_view> all(a->elements.begin(), a->elements.end());
  all.insert(all.end(), b->elements.begin(), b->elements.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return arena().make<StringContext>(StringContext{arena().copy(std::span<const std::string_view>(all))});
}

Value Evaluator::path(std::string_view absolute) {
  std::vector<std::string_view> parts;
  for (std::size_t i = 0; i < absolute.size();) {
    const std::size_t end = std::min(absolute.find('/', i), absolute.size());
    const std::string_view part = absolute.substr(i, end - i);
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
    i = end + 1;
  }
  std::string out;
  for (std::string_view part : parts) (out += '/') += part;
  return Value::path(arena().copy(parts.empty() ? std::string_view("/") : std::string_view(out)));
}

}  // namespace fleetd::lang
