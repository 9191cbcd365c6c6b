// Compose: what all parts of the module system share.
#include "kernel/compose/compose.hpp"

#include "kernel/compose/kept.hpp"
#include "kernel/compose/lib_types.hpp"

namespace fleetd::compose {

Compose::Compose(Evaluator& evaluator)
    : lang::NativeObject{kComposeKind}, ev(evaluator), names(evaluator.symbols()), common(evaluator.names()) {
  unknownFile.raw = Value::text("<unknown-file>");
  internalFile.raw = Value::text("lib/modules.nix");
  makeSimpleTypes(*this);
}

ForOneHost::ForOneHost(Compose& compose, lang::Scope& scope)
    : c_(compose), arena_(&compose.ev.arena()), evaluations_(compose.evaluations) {
  scope.begin();
  c_.ev.useScope(&scope);
  c_.ev.useArena(&scope.arena());
  c_.privateConfigs = &configs_;
}

ForOneHost::~ForOneHost() {
  c_.ev.useArena(arena_);
  c_.ev.useScope(nullptr);
  c_.evaluations = evaluations_;
  c_.privateConfigs = nullptr;
  for (const void* id : configs_) c_.byConfig.erase(id);
}

Value Compose::fail(const Loc* where, std::string_view message, Pos pos) {
  const Value error = ev.failText(ErrorKind::Module, pos, message);
  if (where) error.error->option = ev.arena().copy(std::string_view(showOption(*this, where)));
  return error;
}

Value Compose::recursion() { return ev.failText(ErrorKind::InfiniteRecursion, 0, "infinite recursion encountered"); }

Loc* Compose::loc(const Loc* up, Symbol name) {
  return ev.arena().make<Loc>(Loc{up, name, 0, 0, up ? up->depth + 1 : 1});
}

Loc* Compose::entryLoc(const Loc* up, std::uint32_t definition, std::uint32_t entry) {
  return ev.arena().make<Loc>(Loc{up, {}, definition, entry, up ? up->depth + 1 : 1});
}

Value Compose::fileText(File* file) {
  if (file->raw.is(Tag::String)) return file->raw;
  // Files are few and may outlive a host, so their texts stay.
  Kept kept(ev, false);
  Value v = ev.force(file->raw);
  if (!v.is(Tag::String)) v = ev.coerceToString(v, Evaluator::Coerce::ToString, 0);
  if (kept.dependent()) return v;
  if (!v.isError()) file->raw = v;
  return v;
}

std::string Compose::fileName(File* file) {
  const Value v = fileText(file);
  return v.is(Tag::String) ? std::string(v.string()) : std::string("<unknown-file>");
}

File* Compose::fileOf(Value text) { return ev.arena().make<File>(File{text}); }

Value Compose::fileValue(File* file) {
  if (file->raw.is(Tag::String)) return file->raw;
  struct Request {
    Compose* c;
    File* file;
  };
  return ev.nativeThunk(
      [](Evaluator&, void* data) {
        auto* request = static_cast<Request*>(data);
        return request->c->fileText(request->file);
      },
      ev.arena().make<Request>(Request{this, file}));
}

Value Compose::lib(std::initializer_list<std::string_view> members) {
  Value v = ev.lib();
  for (std::string_view name : members) v = ev.select(v, symbol(name), 0);
  return v;
}

Value isFunction(Compose& c, Value v) {
  if (v.isFunction()) return Value::of(true);
  if (!v.is(Tag::Attrs)) return v.isUnknown() || v.isError() ? v : Value::of(false);
  const Attr* functor = v.attrs->find(c.common.functor);
  if (!functor) return Value::of(false);
  const Value inner = c.ev.call(functor->value, v, functor->pos);
  return inner.isError() || inner.isUnknown() ? inner : Value::of(inner.isFunction());
}

Value functionArgs(Compose& c, Value v) {
  if (v.is(Tag::Attrs)) {
    if (const Attr* args = v.attrs->find(c.common.functionArgs)) return c.ev.force(args->value);
    const Attr* functor = v.attrs->find(c.common.functor);
    if (!functor) return c.ev.typeError("a function", v, 0);
    v = c.ev.call(functor->value, v, functor->pos);
    if (v.isError()) return v;
  }
  if (!v.is(Tag::Lambda) || !v.closure->lambda->hasFormals) return Value::of(c.ev.newBindings(0));
  const auto formals = v.closure->lambda->formals;
  Bindings* out = c.ev.newBindings(static_cast<std::uint32_t>(formals.size()));
  for (std::size_t i = 0; i < formals.size(); ++i)
    out->items[i] = {formals[i].name, formals[i].pos, Value::of(formals[i].fallback != nullptr)};
  return Value::of(out);
}

bool isStringLike(Compose& c, Value v) {
  if (v.is(Tag::String) || v.is(Tag::Path)) return true;
  return v.is(Tag::Attrs) && (v.attrs->find(c.common.outPath) || v.attrs->find(c.common.toString));
}

bool sameValue(Value a, Value b) { return a.tag == b.tag && a.aux == b.aux && a.integer == b.integer; }

}  // namespace fleetd::compose
