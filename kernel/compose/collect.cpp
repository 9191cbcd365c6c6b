// The import graph: which modules take part, in which order.
#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "kernel/compose/errors.hpp"
#include "kernel/compose/evaluation.hpp"
#include "kernel/compose/kept.hpp"

namespace fleetd::compose {

namespace {

// A module and what it imports. A file that is imported twice is one node.
struct Node {
  Module* module = nullptr;
  std::vector<Node*> imports;
  bool done = false;
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
    return loadSource({ModuleSource::Kind::One, internalModule(e_), nullptr}, n);
  }

  // Breadth first, first of equal keys, without the disabled ones.
  Value order(std::vector<Module*>& out) {
    const Value error = findDisabled();
    if (error.isError()) return error;
    std::unordered_set<std::string_view> seen;
    std::vector<Node*> queue = roots_;
    for (std::size_t i = 0; i < queue.size(); ++i) {
      Node* node = queue[i];
      if (disabled_.contains(node->module->key) || !seen.insert(node->module->key).second) continue;
      out.push_back(node->module);
      queue.insert(queue.end(), node->imports.begin(), node->imports.end());
    }
    return {};
  }

  Value graph() {
    const Value error = findDisabled();
    if (error.isError()) return error;
    std::vector<Value> out;
    for (Node* node : roots_)
      if (node->module->key != "lib/modules.nix") out.push_back(describe(node));
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
        Node* node = newNode();
        node->module = configModule(e_, source, anonymousKey("", ++n));
        roots_.push_back(node);
        return loadImports(*node);
      }
    }
    return {};
  }

  Value loadList(Value list, File* file, std::string_view key, std::uint32_t& n, std::vector<Node*>& out) {
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
  Value loadUnknownList(Value list, File* file, std::string_view key, std::uint32_t& n, std::vector<Node*>& out) {
    if (list.unknown->op == lang::UnknownOp::Binary && list.unknown->binary == lang::BinaryOp::Concat) {
      const Value left = list.unknown->args[0], right = list.unknown->args[1];
      const Value error = loadList(left, file, key, n, out);
      return error.isError() ? error : loadList(right, file, key, n, out);
    }
    noteOpaque(e_, list, file);
    return {};
  }

  Value loadOne(Value m, File* file, std::string_view key, std::uint32_t n, std::vector<Node*>& out) {
    m = moduleFile(c_, m);
    if (m.isError()) return m;
    const bool isFile = m.is(Tag::Path) || (m.is(Tag::String) && !(m.flags & lang::kHasContext));
    if (isFile) {
      if (const auto found = files_.find(m.string()); found != files_.end()) {
        if (!found->second->done)
          return c_.ev.fail(ErrorKind::InfiniteRecursion, 0,
                            "infinite recursion encountered: module `{}' imports itself", m.string());
        out.push_back(found->second);
        return {};
      }
    }
    Node* node = newNode();
    if (isFile) files_.emplace(m.string(), node);
    Value error;
    node->module = loadModule(e_, m, file, anonymousKey(key, n), &error);
    if (!node->module) return error;
    out.push_back(node);
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
    std::unordered_set<const Node*> visited;
    for (Node* node : roots_) {
      const Value error = findDisabledBelow(*node, visited);
      if (error.isError()) return error;
    }
    return {};
  }

  Value findDisabledBelow(const Node& node, std::unordered_set<const Node*>& visited) {
    if (!visited.insert(&node).second) return {};
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
    for (const Node* import : node.imports) {
      const Value error = findDisabledBelow(*import, visited);
      if (error.isError()) return error;
    }
    return {};
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
    for (const Node* import : node->imports) imports.push_back(describe(import));
    return c_.ev.attrs({{"disabled", Value::of(disabled_.contains(node->module->key))},
                        {"key", Value::text(node->module->key)},
                        {"file", c_.fileValue(node->module->file)},
                        {"imports", c_.ev.list(imports)}});
  }

  Node* newNode() {
    nodes_.push_back(std::make_unique<Node>());
    return nodes_.back().get();
  }

  Evaluation& e_;
  Compose& c_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<Node*> roots_;
  std::unordered_map<std::string_view, Node*> files_;
  std::unordered_set<std::string_view> disabled_;
  bool disabledFound_ = false;
};

}  // namespace

Value internalModule(Evaluation& e) {
  Compose& c = *e.c;
  const Value options = e.prefix ? c.internalOptionsNested : c.internalOptions;
  const Value args = c.ev.attrs({{"extendModules", extendModulesOf(e)}, {"moduleType", Value::of(&e.type)}});
  const Value module = c.ev.attrs({{"args", args}, {"specialArgs", e.specialArgs}});
  return c.ev.attrs({{"_file", Value::text("lib/modules.nix")},
                     {"key", Value::text("lib/modules.nix")},
                     {"options", options},
                     {"config", c.ev.attrs({{"_module", module}})}});
}

Value collect(Evaluation& e) {
  if (e.collectState == State::Done) return e.collectError;
  if (e.collectState == State::Running) return e.c->recursion();
  e.collectState = State::Running;
  const Kept kept(e.c->ev, e.isPrivate);
  Collector collector(e);
  std::vector<Module*> modules;
  Value error = collector.load();
  if (!error.isError()) error = collector.order(modules);
  std::reverse(modules.begin(), modules.end());
  e.collected = e.c->ev.arena().copy(std::span<Module* const>(modules));
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
