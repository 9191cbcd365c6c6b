// Natives of level F. Each is a builtin whose first operand is the Intrinsics object.
#include "kernel/fleet/intrinsics.hpp"

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/compose/evaluation.hpp"
#include "kernel/compose/knowledge.hpp"
#include "kernel/fleet/discovery.hpp"
#include "kernel/fleet/inventory_shape.hpp"
#include "kernel/lang/expr.hpp"
#include "kernel/lang/lib/lib.hpp"
#include "kernel/lang/read_log.hpp"
#include "kernel/lang/source_path.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::fleet {

namespace {

using lang::ErrorKind;
using lang::Evaluator;
using lang::PrimOp;
using lang::Tag;
using lang::Value;

Intrinsics& self(Value v) { return *static_cast<Intrinsics*>(v.native); }

Value unknownPrim(Evaluator& ev, Value* args, Pos pos) {
  const Value name = ev.force(args[1]);
  return name.is(Tag::String) ? ev.unknownRoot(name.string(), pos) : ev.typeError("a string", name, pos);
}

Value partPrim(Evaluator& ev, Value* args, Pos pos) {
  const Value name = ev.force(args[1]);
  return name.is(Tag::String) ? self(args[0]).evalPart(name.string(), args[2]) : ev.typeError("a string", name, pos);
}

Value platformPrim(Evaluator& ev, Value* args, Pos pos) {
  const Value name = ev.force(args[1]);
  if (!name.is(Tag::String)) return ev.typeError("a string", name, pos);
  auto& platforms = self(args[0]).platforms;
  const auto it = platforms.find(name.string());
  // Without a schema the platform is known to be there, and nothing else.
  return it == platforms.end() ? ev.attrs({{"_fleetdPlatform", Value::of(true)}}) : ev.force(it->second);
}

Value fileList(Evaluator& ev, Value directory, Selection selection, Pos pos) {
  directory = ev.force(directory);
  if (directory.isError()) return directory;
  const auto path = lang::sourcePath(ev, directory);
  if (!path) return directory.isUnknown() ? Value::stuck() : ev.typeError("a path", directory, pos);
  lang::ReadLog::note(*path);
  if (base::isRegularFile(*path)) {
    Value one = ev.path(*path);
    return ev.list(std::span<const Value>(&one, 1));
  }
  auto files = nixFiles(*path, selection);
  if (!files) return ev.failText(ErrorKind::File, pos, files.error().message, files.error().hint);
  auto out = ev.newList(static_cast<std::uint32_t>(files->size()));
  for (std::size_t i = 0; i < files->size(); ++i) out[i] = ev.path((*files)[i]);
  return Value::list(out);
}

Value nixFilesPrim(Evaluator& ev, Value* args, Pos pos) { return fileList(ev, args[1], Selection::Modules, pos); }
Value allFilesPrim(Evaluator& ev, Value* args, Pos pos) { return fileList(ev, args[1], Selection::Everything, pos); }

Value directoriesPrim(Evaluator& ev, Value* args, Pos) {
  const auto path = lang::sourcePath(ev, ev.force(args[1]));
  if (!path) return Value::list({});
  lang::ReadLog::note(*path);
  const auto names = directoriesIn(*path);
  auto out = ev.newList(static_cast<std::uint32_t>(names.size()));
  for (std::size_t i = 0; i < names.size(); ++i) out[i] = ev.string(names[i]);
  return Value::list(out);
}

Value existsPrim(Evaluator& ev, Value* args, Pos) {
  const auto path = lang::sourcePath(ev, ev.force(args[1]));
  if (path) lang::ReadLog::note(*path);
  return Value::of(path && base::fileType(*path) != base::FileType::Missing);
}

// join directory "a/b": a path, or null when there is no directory.
Value joinPrim(Evaluator& ev, Value* args, Pos pos) {
  const Value directory = ev.force(args[1]);
  if (directory.isError()) return directory;
  const Value rest = ev.force(args[2]);
  if (!rest.is(Tag::String)) return ev.typeError("a string", rest, pos);
  const auto path = lang::sourcePath(ev, directory);
  return path ? ev.path(*path + "/" + std::string(rest.string())) : Value::null();
}

// The platform a host's configuration names: a string or a set, null when it does not say.
Value hostPlatformPrim(Evaluator& ev, Value* args, Pos pos) {
  const Value none = Value::null();
  const Value nixpkgs = ev.selectOr(args[1], ev.symbol("nixpkgs"), Value::of(ev.newBindings(0)), pos);
  if (nixpkgs.isError()) return none;
  const Value platform = ev.selectOr(nixpkgs, ev.symbol("hostPlatform"), none, pos);
  if (platform.is(Tag::String)) return platform;
  if (platform.is(Tag::Attrs)) {
    const Value system = ev.selectOr(platform, ev.names().system, none, pos);
    return system.is(Tag::String) ? system : none;
  }
  return none;
}

Value systemOfPackagesPrim(Evaluator& ev, Value* args, Pos pos) {
  const Value packages = ev.force(args[1]);
  if (packages.isError()) return packages;
  const Value system = ev.selectOr(packages, ev.names().system, Value::null(), pos);
  return system.is(Tag::String) ? system : Value::null();
}

// levelF evaluation outputs: a flake module that cannot be read may add outputs beside those that are known.
Value levelFPrim(Evaluator& ev, Value* args, Pos pos) {
  self(args[0]).levelF = args[1];
  const Value outputs = ev.force(args[2]);
  const Value native = ev.selectOr(args[1], ev.symbol("_fleetdEvaluation"), Value::null(), pos);
  const bool partial = native.is(Tag::Native) && compose::isPartial(*static_cast<compose::Evaluation*>(native.native));
  return partial ? ev.update(ev.unknownRoot("self"), outputs, pos) : outputs;
}

// layer priority settings: a module whose scalar definitions yield to those of nearer layers; lists and sets still
// merge with them.
Value weaken(Evaluator& ev, std::int64_t priority, Value v);

struct Weaken {
  std::int64_t priority;
  Value value;
};

// mkForce and its like, unless somebody wrote one by hand and left out what it needs.
Value wholeProperty(Evaluator& ev, Value v, const lang::Attr& type) {
  const Value name = ev.force(type.value);
  if (!name.is(Tag::String) || name.string() != "override") return v;
  const auto fail = [&](std::string_view what) {
    return ev.failText(ErrorKind::Type, type.pos, what, "write `lib.mkForce value` or `lib.mkOverride 50 value`");
  };
  const lang::Attr* priority = v.attrs->find(ev.symbol("priority"));
  if (!priority || !v.attrs->find(ev.symbol("content")))
    return fail("a setting of the `_type` override needs `content` and `priority`");
  const Value number = ev.force(priority->value);
  if (number.isError() || number.isUnknown() || number.is(Tag::Int)) return v;
  return fail(fmt::format("the priority of a setting is {}, not a number", ev.typeName(number)));
}

Value lazyWeaken(Evaluator& ev, std::int64_t priority, Value v) {
  return ev.nativeThunk(
      [](Evaluator& e, void* raw) {
        auto* w = static_cast<Weaken*>(raw);
        return weaken(e, w->priority, w->value);
      },
      ev.arena().make<Weaken>(Weaken{priority, v}));
}

Value weaken(Evaluator& ev, std::int64_t priority, Value v) {
  v = ev.force(v);
  switch (v.tag) {
    case Tag::Attrs: {
      if (const lang::Attr* type = v.attrs->find(ev.names().type)) return wholeProperty(ev, v, *type);
      lang::Bindings* out = ev.newBindings(v.attrs->size);
      for (std::uint32_t i = 0; i < out->size; ++i) {
        out->items[i] = v.attrs->items[i];
        out->items[i].value = lazyWeaken(ev, priority, v.attrs->items[i].value);
      }
      return Value::of(out);
    }
    case Tag::Null:
    case Tag::Bool:
    case Tag::Int:
    case Tag::Float:
    case Tag::String:
    case Tag::Path:
      // The mark is for messages, which show what was written.
      return ev.attrs({{"_type", Value::text("override")},
                       {"priority", Value::of(priority)},
                       {"content", v},
                       {"_fleetdLayer", Value::of(true)}});
    default: return v;
  }
}

// What somebody wrote as settings: data, because clan keeps it as JSON.
Value writtenLayer(Evaluator& ev, std::int64_t priority, Value settings) {
  settings = ev.force(settings);
  if (settings.is(Tag::Lambda))
    return ev.failText(ErrorKind::Type, settings.closure->lambda->pos,
                       "settings of a service are a function, not a set",
                       "settings are plain values; what depends on the machine goes into the machine's own settings");
  if (!settings.is(Tag::Attrs)) return settings;
  if (const lang::Attr* imports = settings.attrs->find(ev.names().imports))
    return ev.failText(ErrorKind::Type, imports->pos, "settings of a service cannot import modules",
                       "modules of the machines go into `extraModules` of the role");
  return weaken(ev, priority, settings);
}

Value layerPrim(Evaluator& ev, Value* args, Pos pos) {
  const Value priority = ev.force(args[1]);
  Value module = ev.force(args[2]);
  if (!priority.is(Tag::Int)) return ev.typeError("an integer", priority, pos);
  if (!module.is(Tag::Attrs)) return module;
  const lang::Attr* imports = module.attrs->find(ev.names().imports);
  if (!imports) return weaken(ev, priority.integer, module);
  const Value list = ev.force(imports->value);
  if (!list.is(Tag::List)) return list.isError() ? list : module;
  // Each definition stands with its file around what was written.
  const bool located = module.attrs->find(ev.symbol("_file")) != nullptr;
  auto out = ev.newList(list.aux);
  for (std::uint32_t i = 0; i < list.aux; ++i) {
    Value layerArgs[3] = {args[0], priority, list.elements[i]};
    out[i] = located ? writtenLayer(ev, priority.integer, list.elements[i]) : layerPrim(ev, layerArgs, pos);
    if (out[i].isError()) return out[i];
  }
  std::vector<lang::Attr> items(module.attrs->begin(), module.attrs->end());
  for (lang::Attr& item : items)
    if (item.name == ev.names().imports) item.value = Value::list(out);
  return ev.attrs(items);
}

Value serviceRolesPrim(Evaluator& ev, Value* args, Pos pos) {
  const Value name = ev.force(args[1]);
  if (!name.is(Tag::String)) return ev.typeError("a string", name, pos);
  const auto& roles = self(args[0]).serviceRoles;
  return roles ? roles(name.string()) : Value::null();
}

Value pluginExportsPrim(Evaluator& ev, Value* args, Pos) {
  const auto& exports = self(args[0]).pluginExports;
  return exports ? exports(args[1]) : ev.attrs({});
}

Value inventoryJsonPrim(Evaluator& ev, Value* args, Pos pos) {
  const Value name = ev.force(args[1]);
  if (name.isError()) return name;
  const auto path = lang::sourcePath(ev, name);
  return path ? self(args[0]).inventory.read(ev, *path) : ev.typeError("a path", name, pos);
}

// Whether NixOS takes the text as a host name.
Value isHostNamePrim(Evaluator& ev, Value* args, Pos pos) {
  const Value name = ev.force(args[1]);
  return name.is(Tag::String) ? Value::of(isHostName(name.string())) : ev.typeError("a string", name, pos);
}

// Whether a list is there, and empty. One that fails is not: who needs it says why.
Value isEmptyPrim(Evaluator& ev, Value* args, Pos) {
  const Value list = ev.force(args[1]);
  return Value::of(list.is(Tag::List) && list.aux == 0);
}

// moduleAt { instances; instance; role; directory; } module: a module beside those of a service. A text that is no
// absolute path is one below the clan's directory. What is none is told at the instance, for all its machines at once.
Value moduleAtPrim(Evaluator& ev, Value* args, Pos) {
  Value module = ev.force(args[2]);
  const auto of = [&](std::string_view name) { return ev.selectOr(args[1], ev.symbol(name), Value::null(), 0); };
  const auto text = [&](std::string_view name) {
    const Value v = of(name);
    return v.is(Tag::String) ? v.string() : std::string_view();
  };
  const auto fail = [&](ErrorKind kind, const std::string& what) {
    const Value instances = of("instances");
    const lang::Attr* at = instances.is(Tag::Attrs) ? instances.attrs->find(ev.symbol(text("instance"))) : nullptr;
    return ev.failText(
        kind, at ? at->pos : 0, what,
        fmt::format("in `extraModules` of the role {} of the instance {}", text("role"), text("instance")));
  };
  if (module.is(Tag::String)) {
    if ((module.flags & lang::kHasContext) != 0) return module;
    if (module.string().empty()) return fail(ErrorKind::Type, "an empty text is no module");
    if (!module.string().starts_with('/')) {
      const auto directory = lang::sourcePath(ev, of("directory"));
      if (!directory) return module;
      module = ev.path(*directory + "/" + std::string(module.string()));
    }
  }
  switch (module.tag) {
    case Tag::String:
    case Tag::Path: {
      const auto path = lang::sourcePath(ev, module);
      if (!path) return module;
      lang::ReadLog::note(*path);
      const auto type = base::fileType(*path);
      if (type == base::FileType::Missing)
        return fail(ErrorKind::File, fmt::format("{} is not there", base::sanitize(*path)));
      if (type == base::FileType::Directory && base::fileType(*path + "/default.nix") == base::FileType::Missing)
        return fail(ErrorKind::File, fmt::format("{} is a directory without default.nix", base::sanitize(*path)));
      return module;
    }
    case Tag::Null:
    case Tag::Bool:
    case Tag::Int:
    case Tag::Float:
    case Tag::List: return fail(ErrorKind::Type, fmt::format("{} is no module", ev.typeName(module)));
    default: return module;
  }
}

// answerOf who value: what a function of a service said, if all of it is for somebody.
Value answerOfPrim(Evaluator& ev, Value* args, Pos pos) {
  const Value answer = ev.force(args[2]);
  if (answer.isError() || answer.isUnknown()) return answer;
  const Value who = ev.force(args[1]);
  const std::string_view name = who.is(Tag::String) ? who.string() : std::string_view("a service");
  constexpr std::string_view kHint =
      "a set with nixosModule, darwinModule and exports, each if there is something to say";
  if (!answer.is(Tag::Attrs))
    return ev.failText(ErrorKind::Type, pos, fmt::format("{} answers with {}, not a set", name, ev.typeName(answer)),
                       kHint);
  for (const lang::Attr& attr : *answer.attrs) {
    const std::string_view field = ev.text(attr.name);
    if (field != "nixosModule" && field != "darwinModule" && field != "exports")
      return ev.failText(ErrorKind::Type, attr.pos,
                         fmt::format("{} answers with `{}`, which nobody reads", name, base::sanitize(field)), kHint);
  }
  return answer;
}

// noteClan clan value: value, and the clan is the fleet's.
Value noteClanPrim(Evaluator& ev, Value* args, Pos) {
  self(args[0]).clan = args[1];
  return ev.force(args[2]);
}

constexpr PrimOp kNatives[] = {
    {"unknown", 2, unknownPrim},
    {"part", 3, partPrim},
    {"platform", 2, platformPrim},
    {"nixFiles", 2, nixFilesPrim},
    {"allFiles", 2, allFilesPrim},
    {"directoriesIn", 2, directoriesPrim},
    {"exists", 2, existsPrim},
    {"join", 3, joinPrim},
    {"hostPlatform", 2, hostPlatformPrim},
    {"systemOfPackages", 2, systemOfPackagesPrim},
    {"levelF", 3, levelFPrim},
    {"layer", 3, layerPrim},
    {"serviceRoles", 2, serviceRolesPrim},
    {"pluginExports", 2, pluginExportsPrim},
    {"inventoryJson", 2, inventoryJsonPrim},
    {"isHostName", 2, isHostNamePrim},
    {"isEmpty", 2, isEmptyPrim},
    {"moduleAt", 3, moduleAtPrim},
    {"answerOf", 3, answerOfPrim},
    {"noteClan", 3, noteClanPrim},
};

}  // namespace

Value Intrinsics::kernel() {
  if (!kernel_.is(Tag::Null)) return kernel_;
  std::vector<lang::Attr> items;
  for (const PrimOp& op : kNatives)
    items.push_back({ev.symbol(op.name), 0, ev.primApp(&op, {Value::of(static_cast<lang::NativeObject*>(this))})});
  items.push_back(
      {ev.symbol("homeLib"), 0, ev.nativeThunk([](Evaluator& e, void*) { return lang::homeLib(e); }, nullptr)});
  return kernel_ = ev.attrs(items);
}

Value Intrinsics::evalPart(std::string_view name, Value scope) {
  auto it = loaded_.find(name);
  if (it == loaded_.end()) {
    const std::string file = std::string(name) + ".nix";
    const std::string_view text = nixPart(file);
    if (text.empty()) return ev.fail(ErrorKind::File, 0, "level F has no part {}", name);
    it = loaded_.emplace(name, ev.evalText("fleetd:" + file, std::string(text), "/")).first;
  }
  return ev.call(it->second, scope, 0);
}

Value Intrinsics::parts() {
  if (parts_.is(Tag::Null)) parts_ = evalPart("default", ev.attrs({{"lib", ev.lib()}, {"kernel", kernel()}}));
  return parts_;
}

Value Intrinsics::part(std::string_view name) { return ev.select(parts(), ev.symbol(name), 0); }

}  // namespace fleetd::fleet
