// The import graph: which modules take part, in which order.
#include <algorithm>
#include <charconv>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "kernel/compose/errors.hpp"
#include "kernel/compose/evaluation.hpp"
#include "kernel/compose/kept.hpp"
#include "kernel/compose/set_of.hpp"
#include "kernel/compose/small_vector.hpp"

namespace fleetd::compose {

namespace {

constexpr std::string_view kInternalKey = "lib/modules.nix";

Value internalOptions(const Evaluation& e) { return e.prefix ? e.c->internalOptionsNested : e.c->internalOptions; }

// { _module = { args = { extendModules, moduleType }; specialArgs }; }
Value internalConfig(Evaluation& e) {
  Compose& c = *e.c;
  const Value args =
      setOf(c.ev, {{c.names.extendModules, 0, extendModulesOf(e)}, {c.names.moduleType, 0, Value::of(&e.type)}});
  const Value module = setOf(c.ev, {{c.common.args, 0, args}, {c.common.specialArgs, 0, e.specialArgs}});
  return setOf(c.ev, {{c.common.module, 0, module}});
}

struct Node;
// One of a list of nodes. Evaluations are many and small, so that lists and nodes are plain memory of the arena.
struct Link {
  Node* node;
  Link* next;
};
struct Links {
  Link* first = nullptr;
  Link* last = nullptr;
};

// A module and what it imports. A file that is imported twice is one node.
struct Node {
  Module* module = nullptr;
  Links imports;
  bool done = false;
  bool searched = false;  // for what it disables
};

// Keys met so far: few of them are compared one by one.
class Seen {
 public:
  // Whether the key is new.
  bool insert(std::string_view key) {
    if (few_.size() < kFew) {
      if (std::find(few_.begin(), few_.end(), key) != few_.end()) return false;
      few_.push(key);
      return true;
    }
    if (many_.empty()) many_.insert(few_.begin(), few_.end());
    return many_.insert(key).second;
  }

 private:
  static constexpr std::size_t kFew = 16;
  SmallVector<std::string_view, kFew> few_;
  std::unordered_set<std::string_view> many_;
};

class Collector {
 public:
  explicit Collector(Evaluation& e) : e_(e), c_(*e.c) {}

  // Loads the whole graph; Null, or the error.
  Value load() {
    std::uint32_t n = 0;
    for (const ModuleSource& source : e_.sources) {
      const Value error = loadSource(source, n);
      if (error.isError()) return error;
    }
    append(roots_, newNode(internalRecord()));
    return {};
  }

  // Breadth first, first of equal keys, without the disabled ones.
  Value order(SmallVector<Module*, 32>& out) {
    const Value error = findDisabled();
    if (error.isError()) return error;
    Seen seen;
    SmallVector<Node*, 32> queue;
    const auto push = [&](const Links& links) {
      for (const Link* link = links.first; link; link = link->next) queue.push(link->node);
    };
    push(roots_);
    for (std::size_t i = 0; i < queue.size(); ++i) {
      const Node* node = queue[i];
      if (!disabled_.empty() && disabled_.contains(node->module->key)) continue;
      if (!seen.insert(node->module->key)) continue;
      out.push(node->module);
      push(node->imports);
    }
    return {};
  }

  Value graph() {
    const Value error = findDisabled();
    if (error.isError()) return error;
    std::vector<Value> out;
    for (const Link* link = roots_.first; link; link = link->next)
      if (link->node->module->key != kInternalKey) out.push_back(describe(link->node));
    return c_.ev.list(out);
  }

 private:
  // "<parent>:anon-<n>", made for every module without a key of its own.
  std::string_view anonymousKey(std::string_view parent, std::uint32_t n) {
    constexpr std::string_view kMark = ":anon-";
    char digits[10];
    const auto end = std::to_chars(digits, digits + sizeof digits, n).ptr;
    const auto count = static_cast<std::size_t>(end - digits);
    auto* text = static_cast<char*>(c_.ev.arena().allocate(parent.size() + kMark.size() + count, 1));
    std::copy(parent.begin(), parent.end(), text);
    std::copy(kMark.begin(), kMark.end(), text + parent.size());
    std::copy(digits, end, text + parent.size() + kMark.size());
    return {text, parent.size() + kMark.size() + count};
  }

  Value loadSource(const ModuleSource& source, std::uint32_t& n) {
    switch (source.kind) {
      case ModuleSource::Kind::List: return loadList(source.value, &c_.unknownFile, "", n, roots_);
      case ModuleSource::Kind::One: return loadOne(source.value, &c_.unknownFile, "", ++n, roots_);
      case ModuleSource::Kind::Config:
      case ModuleSource::Kind::Import: {
        Node* node = newNode(configModule(e_, source, anonymousKey("", ++n)));
        append(roots_, node);
        if (source.kind == ModuleSource::Kind::Import) return loadImports(*node);
        node->done = true;
        return {};
      }
    }
    return {};
  }

  Value loadList(Value list, File* file, std::string_view key, std::uint32_t& n, Links& out) {
    list = c_.ev.force(list);
    if (list.isUnknown()) return loadUnknownList(list, file, key, n, out);
    if (!list.is(Tag::List)) return list.isError() ? list : c_.ev.typeError("a list", list, 0);
    for (Value m : list.list()) {
      const Value error = loadOne(m, file, key, ++n, out);
      if (error.isError()) return error;
    }
    return {};
  }

  // Imports that are known only in part: the known elements take part, the rest is noted.
  Value loadUnknownList(Value list, File* file, std::string_view key, std::uint32_t& n, Links& out) {
    if (list.unknown->op == lang::UnknownOp::Binary && list.unknown->binary == lang::BinaryOp::Concat) {
      const Value left = list.unknown->args[0], right = list.unknown->args[1];
      const Value error = loadList(left, file, key, n, out);
      return error.isError() ? error : loadList(right, file, key, n, out);
    }
    noteOpaque(e_, list, file);
    return {};
  }

  Value loadOne(Value m, File* file, std::string_view key, std::uint32_t n, Links& out) {
    m = moduleFile(c_, m);
    if (m.isError()) return m;
    const bool isFile = m.is(Tag::Path) || (m.is(Tag::String) && !(m.flags & lang::kHasContext));
    if (isFile) {
      if (const auto found = files_.find(m.string()); found != files_.end()) {
        if (!found->second->done)
          return c_.ev.fail(ErrorKind::InfiniteRecursion, 0,
                            "infinite recursion encountered: module `{}' imports itself", m.string());
        append(out, found->second);
        return {};
      }
    }
    Node* node = newNode(nullptr);
    if (isFile) files_.emplace(m.string(), node);
    Value error;
    node->module = loadModule(e_, m, file, anonymousKey(key, n), &error);
    if (!node->module) return error;
    append(out, node);
    return loadImports(*node);
  }

  Value loadImports(Node& node) {
    Value error = checkClass(*node.module);
    if (error.isError()) return error;
    if (!c_.ev.enter(0, &error)) return error;
    std::uint32_t n = 0;
    error = loadList(node.module->require, node.module->file, node.module->key, n, node.imports);
    if (!error.isError()) error = loadList(node.module->imports, node.module->file, node.module->key, n, node.imports);
    const bool placeless =
        error.isError() && (error.error->kind == ErrorKind::File ||
                            (error.error->kind == ErrorKind::InfiniteRecursion && !error.error->pos));
    if (placeless && node.module->importsPos != 0)
      error = c_.ev.addFrame(error, node.module->importsPos, "while importing modules here");
    c_.ev.leave();
    node.done = true;
    return error;
  }

  Value checkClass(const Module& m) {
    if (m.klass.is(Tag::Null)) return {};
    const Value expected = c_.ev.force(e_.klass);
    if (!expected.is(Tag::String)) return expected.isError() ? expected : Value();
    const Value own = c_.ev.force(m.klass);
    if (!own.is(Tag::String) || own.string() == expected.string()) return own.isError() ? own : Value();
    const std::string a = "\"" + std::string(own.string()) + "\"", b = "\"" + std::string(expected.string()) + "\"";
    return c_.fail(
        nullptr,
        fmt::format(
            "The module `{}` (class: {}) cannot be imported into a module evaluation that expects class {}.\n\nHelp:\n"
            "- Ensure that you are importing the correct module.\n"
            "- Verify that the module's `_class`, {} matches the expected `class` {}.\n"
            "- If you are using a custom class, make sure it is correctly defined and used consistently across your "
            "modules.\n",
            c_.fileName(m.file), a, b, a, b));
  }

  // --- disabledModules ---

  Value findDisabled() {
    if (disabledFound_) return {};
    disabledFound_ = true;
    return findDisabledIn(roots_);
  }

  Value findDisabledIn(const Links& links) {
    for (const Link* link = links.first; link; link = link->next) {
      const Value error = findDisabledBelow(*link->node);
      if (error.isError()) return error;
    }
    return {};
  }

  Value findDisabledBelow(Node& node) {
    if (std::exchange(node.searched, true)) return {};
    const Value list = c_.ev.force(node.module->disabled);
    if (list.isUnknown())
      noteOpaque(e_, list, node.module->file);
    else if (!list.is(Tag::List))
      return list.isError() ? list : c_.ev.typeError("a list", list, 0);
    else
      for (Value m : list.list()) {
        const Value key = disabledKey(c_.ev.force(m), node.module->file);
        if (key.isError()) return key;
        if (key.is(Tag::String)) disabled_.insert(key.string());
      }
    return findDisabledIn(node.imports);
  }

  Value disabledKey(Value m, File* file) {
    if (m.isError() || m.isUnknown()) return m;
    const std::string name = c_.fileName(file);
    if (m.is(Tag::String)) {
      if (m.string().starts_with('/')) return m;
      const Value base = c_.ev.coerceToString(c_.ev.selectOr(e_.specialArgs, c_.names.modulesPath, Value::text(""), 0),
                                              Evaluator::Coerce::ToString, 0);
      return base.is(Tag::String) ? c_.ev.string(fmt::format("{}/{}", base.string(), m.string())) : base;
    }
    const Attr* key = m.is(Tag::Attrs) ? m.attrs->find(c_.common.key) : nullptr;
    const bool convertible = isStringLike(c_, m) || m.is(Tag::Null) || m.is(Tag::Int) || m.is(Tag::Float) ||
                             m.is(Tag::Bool) || m.is(Tag::List);
    if (convertible) {
      const Value text = c_.ev.coerceToString(m, Evaluator::Coerce::ToString, 0);
      if (!text.is(Tag::String) || !key) return text;
      const Value own = c_.ev.force(key->value);
      if (own.is(Tag::String) && own.string() == text.string()) return text;
      return c_.fail(
          nullptr,
          fmt::format(
              "Module `{}` contains a disabledModules item that is an attribute set that can be converted to a string "
              "({}) but also has a `.key` attribute ({}) with a different value. This makes it ambiguous which module "
              "should be disabled.",
              name, text.string(), own.is(Tag::String) ? own.string() : std::string_view("?")));
    }
    if (key) return c_.ev.force(key->value);
    if (m.is(Tag::Attrs))
      return c_.fail(
          nullptr,
          fmt::format(
              "Module `{}` contains a disabledModules item that is an attribute set, presumably a module, that does not "
              "have a `key` attribute. This means that the module system doesn't have any means to identify the module "
              "that should be disabled. Make sure that you've put the correct value in disabledModules: a string path "
              "relative to modulesPath, a path value, or an attribute set with a `key` attribute.",
              name));
    return c_.fail(
        nullptr,
        fmt::format(
            "Each disabledModules item must be a path, string, or a attribute set with a key attribute, or a value "
            "supported by toString. However, one of the disabledModules items in `{}` is none of that, but is of type {}.",
            name, valueKind(m)));
  }

  Value describe(const Node* node) {
    std::vector<Value> imports;
    for (const Link* link = node->imports.first; link; link = link->next) imports.push_back(describe(link->node));
    return c_.ev.attrs({{"disabled", Value::of(disabled_.contains(node->module->key))},
                        {"key", Value::text(node->module->key)},
                        {"file", c_.fileValue(node->module->file)},
                        {"imports", c_.ev.list(imports)}});
  }

  Node* newNode(Module* module) {
    auto* node = c_.ev.arena().make<Node>();
    node->module = module;
    return node;
  }

  void append(Links& links, Node* node) {
    auto* link = c_.ev.arena().make<Link>(Link{node, nullptr});
    (links.last ? links.last->next : links.first) = link;
    links.last = link;
  }

  // The internal module in the form that modules have once they are loaded.
  Module* internalRecord() {
    auto* out = c_.ev.arena().make<Module>();
    out->file = &c_.internalFile;
    out->key = kInternalKey;
    out->imports = out->require = out->disabled = Value::list({});
    out->options = internalOptions(e_);
    out->config = internalConfig(e_);
    return out;
  }

  Evaluation& e_;
  Compose& c_;
  Links roots_;
  std::unordered_map<std::string_view, Node*> files_;
  std::unordered_set<std::string_view> disabled_;
  bool disabledFound_ = false;
};

}  // namespace

Value internalModule(Evaluation& e) {
  return e.c->ev.attrs({{"_file", Value::text(kInternalKey)},
                        {"key", Value::text(kInternalKey)},
                        {"options", internalOptions(e)},
                        {"config", internalConfig(e)}});
}

Value collect(Evaluation& e) {
  if (e.collectState == State::Done) return e.collectError;
  if (e.collectState == State::Running) return e.c->recursion();
  e.collectState = State::Running;
  const Kept kept(e.c->ev, e.isPrivate);
  Collector collector(e);
  SmallVector<Module*, 32> modules;
  Value error = collector.load();
  if (!error.isError()) error = collector.order(modules);
  std::reverse(modules.begin(), modules.end());
  e.collected = e.c->ev.arena().copy(std::span<Module* const>(modules.span()));
  e.collectError = error.isError() ? error : Value();
  e.collectState = State::Done;
  return e.collectError;
}

Value moduleGraph(Evaluation& e) {
  Collector collector(e);
  const Value error = collector.load();
  return error.isError() ? error : collector.graph();
}

}  // namespace fleetd::compose
