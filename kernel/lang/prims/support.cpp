// Operands of builtins: forcing, kinds, texts, paths, application.
#include "kernel/lang/prims/support.hpp"

#include "kernel/base/file.hpp"
#include "kernel/lang/read_log.hpp"
#include "kernel/lang/source_path.hpp"

namespace fleetd::lang::prims {

namespace {

// Forces; true when the value is known. Errors and unknowns go to *out.
bool known(Evaluator& ev, Value& v, Value* out) {
  v = ev.force(v);
  if (v.isError()) {
    *out = v;
    return false;
  }
  if (v.isUnknown()) {
    *out = Value::stuck();
    return false;
  }
  return true;
}

bool wantTag(Evaluator& ev, Value& v, Tag tag, std::string_view wanted, Value* out) {
  if (!known(ev, v, out)) return false;
  if (v.is(tag)) return true;
  *out = ev.typeError(wanted, v, 0);
  return false;
}

struct PrimCall {
  const PrimOp* prim;
  std::span<Value> args;
  Pos pos;
};

Value runPrimCall(Evaluator& ev, void* raw) {
  auto* call = static_cast<PrimCall*>(raw);
  return ev.callPrim(call->prim, call->args.data(), call->pos);
}

struct Selection {
  Value set;
  Symbol name;
  Pos pos;
};

}  // namespace

bool wantBool(Evaluator& ev, Value& v, Value* out) { return wantTag(ev, v, Tag::Bool, "a Boolean", out); }
bool wantInt(Evaluator& ev, Value& v, Value* out) { return wantTag(ev, v, Tag::Int, "an integer", out); }
bool wantString(Evaluator& ev, Value& v, Value* out) { return wantTag(ev, v, Tag::String, "a string", out); }
bool wantList(Evaluator& ev, Value& v, Value* out) { return wantTag(ev, v, Tag::List, "a list", out); }
bool wantAttrs(Evaluator& ev, Value& v, Value* out) { return wantTag(ev, v, Tag::Attrs, "a set", out); }

bool wantPlainString(Evaluator& ev, Value& v, Value* out) {
  if (!wantString(ev, v, out)) return false;
  const StringContext* context = ev.contextOf(v);
  if (!context || context->elements.empty()) return true;
  *out = ev.fail(ErrorKind::Value, 0, "the string '{}' is not allowed to refer to a store path (such as '{}')",
                 v.string(), context->elements.front());
  return false;
}

bool wantText(Evaluator& ev, Value& v, Value* out) {
  v = ev.coerceToString(v, Evaluator::Coerce::Interpolate, 0);
  return known(ev, v, out);
}

bool wantPath(Evaluator& ev, Value v, std::string* path, Value* out) {
  v = ev.coerceToString(v, Evaluator::Coerce::Plain, 0);
  if (!known(ev, v, out)) return false;
  const std::string_view text = v.string();
  if (text.empty() || text.front() != '/') {
    *out = ev.fail(ErrorKind::File, 0, "string '{}' doesn't represent an absolute path", text);
    return false;
  }
  // Home and NUL never pass: a path with NUL would name another file to the system than to us.
  if (text.find('\0') != std::string_view::npos) {
    *out = ev.failText(ErrorKind::File, 0, "a path must not contain a NUL byte");
    return false;
  }
  *path = std::string(ev.path(text).string());
  return true;
}

bool wantSource(Evaluator& ev, Value v, std::string* path, Value* out) {
  v = ev.force(v);
  if (v.isUnknown() || v.is(Tag::Attrs)) {
    if (const auto source = sourcePath(ev, v)) {
      *path = std::string(ev.path(*source).string());
      ReadLog::note(*path);
      return true;
    }
  }
  if (!wantPath(ev, v, path, out)) return false;
  ReadLog::note(*path);
  return true;
}

bool mayAppear(const Evaluator& ev, std::string_view path) {
  return ev.purity() == Purity::Pure && path.starts_with("/nix/store/");
}

std::optional<std::string> readForBuiltin(Evaluator& ev, const std::string& path, Value* out) {
  const base::FileType type = base::fileType(path);
  if (type == base::FileType::Missing) {
    *out = ev.fail(ErrorKind::File, 0, "opening file '{}': No such file or directory", path);
    return std::nullopt;
  }
  if (base::isDirectory(path)) {
    *out = ev.fail(ErrorKind::File, 0, "reading from file '{}': Is a directory", path);
    return std::nullopt;
  }
  auto text = base::readFile(path);
  if (text) return std::move(*text);
  *out = ev.failText(ErrorKind::File, 0, text.error().message, text.error().hint);
  return std::nullopt;
}

Value missingAttr(Evaluator& ev, Symbol name) {
  return ev.fail(ErrorKind::MissingAttr, 0, "attribute '{}' missing", ev.text(name));
}

bool wantAttr(Evaluator& ev, const Bindings& set, Symbol name, Value* value, Value* out) {
  const Attr* attr = set.find(name);
  if (!attr) {
    *out = missingAttr(ev, name);
    return false;
  }
  *value = attr->value;
  return true;
}

Value applyPrim(Evaluator& ev, const PrimOp* prim, std::initializer_list<Value> args, Pos pos) {
  Value copy[8];
  std::size_t count = 0;
  for (const Value& arg : args) copy[count++] = arg;
  return ev.callPrim(prim, copy, pos);
}

Value lazyPrim(Evaluator& ev, const PrimOp* prim, std::span<const Value> args, Pos pos) {
  return ev.nativeThunk(runPrimCall, ev.arena().make<PrimCall>(PrimCall{prim, ev.arena().copy(args), pos}));
}

Value lazySelect(Evaluator& ev, Value set, Symbol name, Pos pos) {
  return ev.nativeThunk(
      [](Evaluator& self, void* raw) {
        auto* pick = static_cast<Selection*>(raw);
        return self.select(pick->set, pick->name, pick->pos);
      },
      ev.arena().make<Selection>(Selection{set, name, pos}));
}

Value unknownIf(Evaluator& ev, Value condition, Value then, Value otherwise, Pos pos) {
  const Value parts[] = {condition, then, otherwise};
  return ev.unknown(UnknownOp::If, parts, pos);
}

Value tooLarge(Evaluator& ev, std::string_view what) {
  return ev.fail(ErrorKind::Budget, 0, "{} would be larger than fleetd allows", what);
}

}  // namespace fleetd::lang::prims
