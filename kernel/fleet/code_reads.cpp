// Walking code for paths.
#include "kernel/fleet/code_reads.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "kernel/fleet/path_names.hpp"

namespace fleetd::fleet {

namespace {

using namespace lang;
using Path = std::vector<Symbol>;
using Use = ReadSink::Use;

// What is known of the place an expression stands at.
struct Place {
  bool content = false;    // a path here is read, imported or copied
  bool text = false;       // a path here becomes the text of itself, in which the whole tree has its hash
  bool modules = false;    // in a list of modules
  bool arguments = false;  // in a set of arguments that are passed on under their names
  bool age = false;        // below age.secrets, whose files are copied
  bool manual = false;     // below documentation: what makes the manual
};

bool leadsUp(std::string_view text) {
  if (std::any_of(text.begin(), text.end(), [](char c) { return std::isspace(static_cast<unsigned char>(c)); }))
    return false;
  return text == ".." || text.starts_with("../") || text.ends_with("/..") ||
         text.find("/../") != std::string_view::npos;
}

class Finder {
 public:
  Finder(Evaluator& ev, ReadSink& sink) : ev_(ev), sink_(sink) {}

  void expr(const Expr* e, Env* env, std::uint32_t inner, Place at) {
    if (!e || sink_.done()) return;
    switch (e->kind) {
      case ExprKind::String: return text(static_cast<const ExprString*>(e)->text, e->pos);
      case ExprKind::Path: return path(static_cast<const ExprPath*>(e)->path, e->pos, at);
      case ExprKind::CurPos: return sink_.unknown("__curPos is the place of a file", e->pos);
      case ExprKind::Local: return variable(static_cast<const ExprVar*>(e), env, inner, {}, at);
      case ExprKind::Global: escape(static_cast<const ExprVar*>(e)->name, e->pos); return;
      case ExprKind::WithVar: return withVariable(static_cast<const ExprVar*>(e), env);
      case ExprKind::Select: {
        const auto* select = static_cast<const ExprSelect*>(e);
        expr(select->fallback, env, inner, at);
        return selection(select->subject, select->path, env, inner, at);
      }
      case ExprKind::HasAttr: {
        const auto* has = static_cast<const ExprHasAttr*>(e);
        return selection(has->subject, has->path, env, inner, {});
      }
      case ExprKind::List:
        for (const Expr* element : static_cast<const ExprList*>(e)->elements) expr(element, env, inner, at);
        return;
      case ExprKind::Attrs: return attrs(static_cast<const ExprAttrs*>(e), env, inner, at);
      case ExprKind::Lambda: {
        const auto* lambda = static_cast<const ExprLambda*>(e);
        for (const Formal& formal : lambda->formals) expr(formal.fallback, env, inner + 1, {});
        return expr(lambda->body, env, inner + 1, {});
      }
      case ExprKind::Call: return call(static_cast<const ExprCall*>(e), env, inner, at);
      case ExprKind::Let: {
        const auto* let = static_cast<const ExprLet*>(e);
        bindings(let->attrs, env, inner, inner + 1, {});
        return expr(let->body, env, inner + 1, at);
      }
      case ExprKind::With: {
        const auto* with = static_cast<const ExprWith*>(e);
        expr(with->scope, env, inner, {});
        return expr(with->body, env, inner + 1, at);
      }
      case ExprKind::If: {
        const auto* node = static_cast<const ExprIf*>(e);
        expr(node->condition, env, inner, {});
        expr(node->then, env, inner, at);
        return expr(node->otherwise, env, inner, at);
      }
      case ExprKind::Assert: {
        const auto* node = static_cast<const ExprAssert*>(e);
        expr(node->condition, env, inner, {});
        return expr(node->body, env, inner, at);
      }
      case ExprKind::Not:
      case ExprKind::Negate: return expr(static_cast<const ExprUnary*>(e)->operand, env, inner, {});
      case ExprKind::Binary: return binary(static_cast<const ExprBinary*>(e), env, inner, at);
      case ExprKind::Interp: return interpolation(static_cast<const ExprInterp*>(e), env, inner, at);
      case ExprKind::Int:
      case ExprKind::Float:
      case ExprKind::SearchPath:  // not below the tree, and nothing that evaluation of flakes allows
      case ExprKind::InheritFrom:
      case ExprKind::Var: return;
    }
  }

 private:
  void text(std::string_view value, Pos pos) {
    if (leadsUp(value)) sink_.unknown(fmt::format("\"{}\" may lead anywhere as a part of a path", value), pos);
  }

  void path(std::string_view value, Pos pos, Place at) {
    if (at.text) return sink_.unknown("a path is used as text, and the text has the hash of all files", pos);
    sink_.path(value, at.content ? Use::Content : Use::Value, pos);
  }

  bool escape(Symbol name, Pos pos) {
    if (!mayReadAnyFile(ev_.text(name))) return false;
    sink_.unknown(fmt::format("{} may read any file", ev_.text(name)), pos);
    return true;
  }

  void variable(const ExprVar* var, Env* env, std::uint32_t inner, const Path& path, Place at) {
    const Pos pos = var->pos;
    if (escape(var->name, pos)) return;
    if (var->level < inner) {
      if (sink_.isArgument(var->name)) return sink_.argument(var->name, path, pos);
      // args.inputs of `args: …`
      for (std::size_t i = 0; i < path.size(); ++i)
        if (sink_.isArgument(path[i]))
          return sink_.argument(path[i], Path(path.begin() + static_cast<long>(i) + 1, path.end()), pos);
      return;
    }
    std::uint32_t level = var->level - inner;
    for (; level > 0 && env; --level) env = env->up;
    if (!env || var->index >= env->size) return sink_.unknown("a variable comes from nowhere", pos);
    if (at.text && env->slots[var->index].is(Tag::Path)) return sink_.unknown("a path is used as text", pos);
    sink_.variable(env->slots[var->index], path, pos);
  }

  void withVariable(const ExprVar* var, Env* env) {
    if (escape(var->name, var->pos)) return;
    if (sink_.isArgument(var->name)) sink_.argument(var->name, {}, var->pos);
    for (; env; env = env->up)
      if (env->isWith && env->size > 0) sink_.variable(env->slots[0], {var->name}, var->pos);
  }

  void selection(const Expr* subject, std::span<AttrName> names, Env* env, std::uint32_t inner, Place at) {
    Path path;
    bool exact = true;  // all names up to here are written
    for (const AttrName& name : names) {
      if (name.expr) expr(name.expr, env, inner, {});
      exact = exact && name.symbol;
      if (name.symbol && escape(name.symbol, name.pos)) return;
      if (exact) path.push_back(name.symbol);
    }
    while (subject->kind == ExprKind::Select && !static_cast<const ExprSelect*>(subject)->fallback) {
      const auto* outer = static_cast<const ExprSelect*>(subject);
      if (std::any_of(outer->path.begin(), outer->path.end(), [](const AttrName& name) { return !name.symbol; })) break;
      Path longer;
      for (const AttrName& name : outer->path) longer.push_back(name.symbol);
      longer.insert(longer.end(), path.begin(), path.end());
      path = std::move(longer);
      subject = outer->subject;
    }
    // clan.core.settings.directory and the like: the whole tree as text.
    for (std::size_t i = 1; i < path.size(); ++i)
      if (ev_.text(path[i]) == "directory" && ev_.text(path[i - 1]) == "settings")
        return sink_.unknown("settings.directory is all of the fleet", subject->pos);
    if (subject->kind == ExprKind::Local) return variable(static_cast<const ExprVar*>(subject), env, inner, path, at);
    expr(subject, env, inner, {});
  }

  // Values of a set or a let: `outer` counts frames for what is inherited from around, `own` for all else.
  void bindings(const ExprAttrs* node, Env* env, std::uint32_t outer, std::uint32_t own, Place at) {
    for (const AttrDef& def : node->statics) {
      const std::string_view name = ev_.text(def.name);
      const auto isItself = [&] {
        return def.value->kind == ExprKind::Local && static_cast<const ExprVar*>(def.value)->name == def.name;
      };
      // An argument that is passed on under its name: who takes it names it, too.
      if (at.arguments && sink_.isArgument(def.name) && isItself()) continue;
      Place below;
      below.age = at.age || name == "age";
      below.manual = at.manual || name == "documentation";
      if (at.manual && isListedInManual(name))
        return sink_.unknown("the manual names the places of the fleet's own modules", def.pos);
      below.modules = isModuleList(name);
      below.content = isCopied(name) || (at.age && name == "file");
      below.arguments = isArgumentSet(name);
      switch (def.kind) {
        case AttrKind::Plain: expr(def.value, env, own, below); break;
        case AttrKind::Inherit: expr(def.value, env, outer, below); break;
        case AttrKind::InheritFrom: inheritFrom(node, def, env, own); break;
      }
    }
    for (const DynamicAttr& def : node->dynamics) {
      expr(def.name, env, own, {});
      Place below;
      below.age = at.age;
      below.manual = at.manual;
      expr(def.value, env, own, below);
    }
  }

  // `Select(InheritFrom(0, i), name)`
  void inheritFrom(const ExprAttrs* node, const AttrDef& def, Env* env, std::uint32_t own) {
    const auto* select = static_cast<const ExprSelect*>(def.value);
    if (def.value->kind != ExprKind::Select || select->subject->kind != ExprKind::InheritFrom)
      return sink_.unknown("a form of inherit that is not known", def.pos);
    const auto* from = static_cast<const ExprVar*>(select->subject);
    selection(node->inheritFrom[from->index], select->path, env, own, {});
  }

  void attrs(const ExprAttrs* node, Env* env, std::uint32_t inner, Place at) {
    bindings(node, env, inner, inner + (node->recursive ? 1 : 0), at);
  }

  std::string_view functionName(const Expr* e) {
    switch (e->kind) {
      case ExprKind::Local:
      case ExprKind::Global:
      case ExprKind::WithVar: return ev_.text(static_cast<const ExprVar*>(e)->name);
      case ExprKind::Select: {
        const auto& path = static_cast<const ExprSelect*>(e)->path;
        return path.empty() || !path.back().symbol ? std::string_view() : ev_.text(path.back().symbol);
      }
      default: return {};
    }
  }

  void call(const ExprCall* node, Env* env, std::uint32_t inner, Place at) {
    expr(node->function, env, inner, {});
    const std::string_view name = functionName(node->function);
    Place below;
    if (passesOn(name)) below = at;
    below.content = below.content || readsPaths(name);
    below.text = makesTexts(name);
    below.arguments = takesArguments(name);
    for (const Expr* arg : node->args) expr(arg, env, inner, below);
  }

  void binary(const ExprBinary* node, Env* env, std::uint32_t inner, Place at) {
    if (node->op == BinaryOp::Concat || node->op == BinaryOp::Update) {
      expr(node->left, env, inner, at);
      return expr(node->right, env, inner, at);
    }
    // `./directory + a + b`, from the left.
    std::vector<const Expr*> rest;
    const Expr* left = node;
    while (left->kind == ExprKind::Binary && static_cast<const ExprBinary*>(left)->op == BinaryOp::Add) {
      rest.insert(rest.begin(), static_cast<const ExprBinary*>(left)->right);
      left = static_cast<const ExprBinary*>(left)->left;
    }
    if (left->kind == ExprKind::Path && !rest.empty())
      return joined(static_cast<const ExprPath*>(left)->path, rest, node, env, inner, at);
    expr(node->left, env, inner, {});
    expr(node->right, env, inner, {});
  }

  // `prefix + rest[0] + rest[1] …`
  void joined(std::string_view prefix, const std::vector<const Expr*>& rest, const Expr* whole, Env* env,
              std::uint32_t inner, Place at) {
    for (const Expr* part : rest) expr(part, env, inner, {});
    if (at.text) return sink_.unknown("a path is used as text", whole->pos);
    const Expr* first = rest.front();
    std::string start(prefix);
    if (first->kind == ExprKind::String) start += static_cast<const ExprString*>(first)->text;
    if (first->kind == ExprKind::String && rest.size() == 1) return path(ev_.path(start).string(), whole->pos, at);
    if (computed(whole, env, inner, at)) return;
    if (first->kind == ExprKind::Interp) {
      const auto& parts = static_cast<const ExprInterp*>(first)->parts;
      if (!parts.empty() && parts[0]->kind == ExprKind::String) start += static_cast<const ExprString*>(parts[0])->text;
    }
    if (start.size() == prefix.size() || start[prefix.size()] != '/')
      return sink_.unknown("a path is computed", whole->pos);
    sink_.below(ev_.path(start.substr(0, start.rfind('/') + 1)).string(), whole->pos);
  }

  // Whether the value of a computed path is known.
  bool computed(const Expr* e, Env* env, std::uint32_t inner, Place at) {
    if (inner == 0 && env) {
      if (const auto found = sink_.evaluated(e, env)) {
        path(*found, e->pos, at);
        return true;
      }
    }
    return at.modules && sink_.modulesAreKnown();
  }

  void interpolation(const ExprInterp* node, Env* env, std::uint32_t inner, Place at) {
    const bool isPath = (node->flags & kPathInterp) != 0;
    Place part;
    part.content = true;  // "${./file}" is a copy of its own
    std::size_t first = 0;
    if (isPath && !node->parts.empty() && node->parts[0]->kind == ExprKind::String) first = 1;
    for (std::size_t i = first; i < node->parts.size(); ++i) expr(node->parts[i], env, inner, isPath ? Place{} : part);
    if (!isPath) return;
    if (at.text) return sink_.unknown("a path is used as text", node->pos);
    if (computed(node, env, inner, at)) return;
    if (first == 0) return sink_.unknown("a path is computed", node->pos);
    const std::string start(static_cast<const ExprString*>(node->parts[0])->text);
    sink_.below(ev_.path(start.substr(0, start.rfind('/') + 1)).string(), node->pos);
  }

  Evaluator& ev_;
  ReadSink& sink_;
};

}  // namespace

void findReads(Evaluator& ev, const Expr* expr, Env* env, std::uint32_t inner, ReadSink& sink) {
  Finder(ev, sink).expr(expr, env, inner, {});
}

}  // namespace fleetd::fleet
