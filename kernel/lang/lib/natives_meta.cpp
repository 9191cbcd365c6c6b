// Natives about programs of packages: getExe getExe'. Of a package that is not known they stay `lib.getExe
// pkgs.x`.
#include "kernel/lang/lib/natives.hpp"

namespace fleetd::lang::lib {

namespace {

using namespace prims;

Value program(Evaluator& ev, Value package, Value name, Pos pos) {
  const Value isDerivation = applyPrim(ev, findNative("attrsets", "isDerivation"), {package}, pos);
  if (isDerivation.isError()) return isDerivation;
  if (isDerivation.isUnknown()) return Value::stuck();
  if (isDerivation.isFalse())
    return ev.fail(ErrorKind::Throw, 0, "lib.getExe': the first argument is {}, not a derivation",
                   ev.typeName(package));
  name = ev.force(name);
  if (name.isError()) return name;
  if (name.isUnknown()) return Value::stuck();
  if (!name.is(Tag::String))
    return ev.fail(ErrorKind::Throw, 0, "lib.getExe': the second argument is {}, not the name of a program",
                   ev.typeName(name));
  if (name.string().find('/') != std::string_view::npos)
    return ev.fail(ErrorKind::Throw, 0, "lib.getExe': \"{}\" is a path; the name of a program has no slash",
                   name.string());
  const Value output = applyPrim(ev, findNative("attrsets", "getOutput"), {Value::text("bin"), package}, pos);
  const Value folder = output.isError() ? output : ev.coerceToString(output, Evaluator::Coerce::Interpolate, pos);
  if (folder.isError()) return folder;
  const Value parts[] = {folder, Value::text("/bin/"), name};
  return ev.joinStrings(parts, pos);
}

Value getExeNamed(Evaluator& ev, Value* args, Pos pos) {
  args[0] = ev.force(args[0]);
  return args[0].isError() ? args[0] : program(ev, args[0], args[1], pos);
}

// A package that does not say what its main program is: nixpkgs guesses its name and warns.
Value guessed(Evaluator& ev, const Bindings& package, Pos pos) {
  if (const Attr* pname = package.find(ev.symbol("pname"))) return ev.force(pname->value);
  Value name, out;
  if (!wantAttr(ev, package, ev.names().name, &name, &out)) return out;
  const Value parts = applyPrim(ev, findPrim("parseDrvName"), {name}, pos);
  return parts.isError() ? parts : ev.select(parts, ev.names().name, pos);
}

Value getExe(Evaluator& ev, Value* args, Pos pos) {
  const Value package = args[0] = ev.force(args[0]);
  if (package.isError()) return package;
  if (package.isUnknown()) return Value::stuck();
  if (!package.is(Tag::Attrs)) return program(ev, package, Value::null(), pos);
  Value main = ev.selectOr(package, ev.names().meta, Value::null(), pos);
  if (!main.isError()) main = ev.selectOr(main, ev.symbol("mainProgram"), Value::null(), pos);
  if (main.isError()) return main;
  if (!main.is(Tag::Null)) return program(ev, package, main, pos);
  Value name = guessed(ev, *package.attrs, pos);
  if (name.is(Tag::String)) {
    const Value note = ev.string(fmt::format(
        "lib.getExe: the package {} has no meta.mainProgram; its name is taken for the program's", name.string()));
    name = applyPrim(ev, findPrim("warn"), {note, name}, pos);
  }
  if (name.isError()) return name;
  return program(ev, package, name, pos);
}

constexpr PrimOp kPrims[] = {
    {"lib.getExe", 1, getExe, "the path of a package's main program"},
    {"lib.getExe'", 2, getExeNamed, "the path of a package's program of a name"},
};

}  // namespace

std::span<const PrimOp> metaNatives() { return kPrims; }

}  // namespace fleetd::lang::lib
