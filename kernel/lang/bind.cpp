// Scopes at parse time: a table from name to its innermost definition, and a log that undoes what a scope
// defined.
#include "kernel/lang/bind.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kernel/base/big_stack.hpp"
#include "kernel/base/suggest.hpp"

namespace fleetd::lang {

namespace {

constexpr std::size_t kStackReserve = 32 << 10;
constexpr std::size_t kFirstKeys = 256;
constexpr std::size_t kMaxUndefined = 1000;
constexpr std::size_t kMaxSuggestions = 20;  // searches for similar names; more undefined names have another cause

class Binder {
 public:
  Binder(ParsedFile& file, base::SymbolTable& symbols, const BaseScope& scope, bool reportUndefined)
      : file_(file),
        symbols_(symbols),
        report_(reportUndefined),
        globals_(scope.globals),
        keys_(kFirstKeys),
        stackFloor_(base::stackLimit() + kStackReserve) {
    for (const std::vector<Symbol>& frame : scope.frames) {
      ++depth_;
      for (std::size_t i = 0; i < frame.size(); ++i) define(frame[i], static_cast<std::uint32_t>(i));
    }
  }

  // Leaves all scopes as it found them. Goes down the highest child in a loop and recurses into the others,
  // so long chains need no stack.
  void bind(Expr* expr) {
    if (!enter(expr)) return;
    const std::size_t log = log_.size();
    const std::uint32_t depth = depth_;
    const std::uint32_t with = with_;
    while (expr) expr = step(expr);
    undo(log);
    depth_ = depth;
    with_ = with;
  }

 private:
  // The innermost definition of a name in the file. The outermost frame is 1.
  struct Definition {
    std::uint32_t frame = kNone;
    std::uint32_t slot = 0;
  };
  struct Undo {
    std::uint32_t entry;
    Definition old;
  };
  struct Entry {
    Symbol name;
    Definition definition;
  };
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  bool enter(const Expr* expr) {
    if (exhausted_) return false;
    if (reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) > stackFloor_) return true;
    exhausted_ = true;
    problem(base::Code::FL0004, "expression nested too deeply for the stack at hand", expr->span());
    return false;
  }

  base::Diagnostic& problem(base::Code code, std::string message, Span span) {
    base::Diagnostic& made = file_.problems.emplace_back();
    made.code = code;
    made.message = std::move(message);
    made.span = span;
    return made;
  }

  // --- the table ---
  // keys_ holds indices + 1 into entries_, by open addressing; its size is a power of two.
  std::size_t slotOf(Symbol name) const {
    const std::size_t mask = keys_.size() - 1;
    std::size_t i = (name.id * 0x9E3779B1u) >> 7 & mask;
    while (keys_[i] != 0 && entries_[keys_[i] - 1].name != name) i = (i + 1) & mask;
    return i;
  }

  void define(Symbol name, std::uint32_t slot) {
    std::size_t at = slotOf(name);
    if (keys_[at] == 0) {
      if (entries_.size() * 2 >= keys_.size()) {
        grow();
        at = slotOf(name);
      }
      entries_.push_back({name, {}});
      keys_[at] = static_cast<std::uint32_t>(entries_.size());
    }
    const std::uint32_t entry = keys_[at] - 1;
    Definition& definition = entries_[entry].definition;
    log_.push_back({entry, definition});
    definition = {depth_, slot};
  }

  void grow() {
    keys_.assign(keys_.size() * 2, 0);
    for (std::size_t i = 0; i < entries_.size(); ++i)
      keys_[slotOf(entries_[i].name)] = static_cast<std::uint32_t>(i + 1);
  }

  void undo(std::size_t size) {
    for (; log_.size() > size; log_.pop_back()) entries_[log_.back().entry].definition = log_.back().old;
  }

  // --- variables ---
  void resolve(ExprVar* var) {
    const std::uint32_t key = keys_[slotOf(var->name)];
    const Definition found = key ? entries_[key - 1].definition : Definition{};
    if (found.frame != kNone) {
      var->kind = ExprKind::Local;
      var->level = depth_ - found.frame;
      var->index = found.slot;
    } else if (const GlobalName* global = globalOf(var->name)) {
      var->kind = ExprKind::Global;
      var->index = global->index;
    } else if (with_ != 0) {
      var->kind = ExprKind::WithVar;
      var->level = depth_ - with_;
    } else if (report_) {
      undefined(var);
    }
  }

  const GlobalName* globalOf(Symbol name) const {
    const auto at = std::lower_bound(globals_.begin(), globals_.end(), name,
                                     [](const GlobalName& global, Symbol wanted) { return global.name < wanted; });
    return at != globals_.end() && at->name == name ? &*at : nullptr;
  }

  void undefined(const ExprVar* var) {
    if (++undefined_ > kMaxUndefined) return;
    const std::string_view name = symbols_.text(var->name);
    base::Diagnostic& made = problem(base::Code::FL0107, fmt::format("undefined variable '{}'", name), var->span());
    if (undefined_ > kMaxSuggestions) return;
    std::vector<std::string_view> known;
    for (const Entry& entry : entries_)
      if (entry.definition.frame != kNone) known.push_back(symbols_.text(entry.name));
    for (const GlobalName& global : globals_) known.push_back(symbols_.text(global.name));
    const std::size_t bound = name.size() < 3 ? 0 : name.size() < 6 ? 1 : 2;
    const auto nearest = base::nearestNames(name, known, 1, bound);
    if (!nearest.empty() && bound > 0)
      made.fixes.push_back({base::didYouMean(nearest), {{var->span(), std::string(nearest[0])}}});
  }

  // --- the tree ---
  // Children that are bound in the same scope: all but the highest at once, which is the one to go on with.
  class Children {
   public:
    explicit Children(Binder& binder) : binder_(binder) {}
    Children& add(Expr* child) {
      if (!child) return *this;
      if (!highest_ || child->height > highest_->height) std::swap(child, highest_);
      if (child) binder_.bind(child);
      return *this;
    }
    Children& add(std::span<Expr* const> children) {
      for (Expr* child : children) add(child);
      return *this;
    }
    Children& add(std::span<const AttrName> path) {
      for (const AttrName& name : path) add(name.expr);
      return *this;
    }
    Expr* highest() const { return highest_; }

   private:
    Binder& binder_;
    Expr* highest_ = nullptr;
  };

  // Binds everything but one child, which is returned; null when there is none.
  Expr* step(Expr* expr) {
    Children children(*this);
    // clang-format off
    switch (expr->kind) {
      case ExprKind::Int: case ExprKind::Float: case ExprKind::String: case ExprKind::Path: case ExprKind::SearchPath:
      case ExprKind::Local: case ExprKind::Global: case ExprKind::WithVar: case ExprKind::InheritFrom: case ExprKind::CurPos:
        return nullptr;
      // clang-format on
      case ExprKind::Var: resolve(static_cast<ExprVar*>(expr)); return nullptr;
      case ExprKind::Select: {
        auto* select = static_cast<ExprSelect*>(expr);
        return children.add(select->path).add(select->subject).add(select->fallback).highest();
      }
      case ExprKind::HasAttr: {
        auto* test = static_cast<ExprHasAttr*>(expr);
        return children.add(test->path).add(test->subject).highest();
      }
      case ExprKind::Attrs: attributes(static_cast<ExprAttrs*>(expr), children); break;
      case ExprKind::List: children.add(static_cast<ExprList*>(expr)->elements); break;
      case ExprKind::Lambda: lambda(static_cast<ExprLambda*>(expr), children); break;
      case ExprKind::Call: {
        auto* call = static_cast<ExprCall*>(expr);
        return children.add(call->args).add(call->function).highest();
      }
      case ExprKind::Let: {
        auto* let = static_cast<ExprLet*>(expr);
        attributes(let->attrs, children);
        return children.add(let->body).highest();
      }
      case ExprKind::With: {
        auto* with = static_cast<ExprWith*>(expr);
        bind(with->scope);
        ++depth_;
        with->up = with_ == 0 ? 0 : depth_ - with_;
        with_ = depth_;
        return with->body;
      }
      case ExprKind::If: {
        auto* node = static_cast<ExprIf*>(expr);
        return children.add(node->condition).add(node->then).add(node->otherwise).highest();
      }
      case ExprKind::Assert: {
        auto* assertion = static_cast<ExprAssert*>(expr);
        return children.add(assertion->condition).add(assertion->body).highest();
      }
      case ExprKind::Not:
      case ExprKind::Negate: return static_cast<ExprUnary*>(expr)->operand;
      case ExprKind::Binary: {
        auto* node = static_cast<ExprBinary*>(expr);
        return children.add(node->left).add(node->right).highest();
      }
      case ExprKind::Interp: children.add(static_cast<ExprInterp*>(expr)->parts); break;
    }
    return children.highest();
  }

  // Opens the frame of a recursive set; bind() closes it.
  void attributes(ExprAttrs* attrs, Children& children) {
    if (attrs->recursive) {
      for (const AttrDef& def : attrs->statics)
        if (def.kind == AttrKind::Inherit) bind(def.value);
      ++depth_;
      for (std::size_t i = 0; i < attrs->statics.size(); ++i)
        define(attrs->statics[i].name, static_cast<std::uint32_t>(i));
    }
    for (const AttrDef& def : attrs->statics)
      if (def.kind == AttrKind::Plain || (def.kind == AttrKind::Inherit && !attrs->recursive)) children.add(def.value);
    children.add(attrs->inheritFrom);
    for (const DynamicAttr& dynamic : attrs->dynamics) children.add(dynamic.name).add(dynamic.value);
  }

  void lambda(ExprLambda* lambda, Children& children) {
    ++depth_;
    std::uint32_t slot = 0;
    if (lambda->arg) define(lambda->arg, slot++);
    for (const Formal& formal : lambda->formals) define(formal.name, slot++);
    for (const Formal& formal : lambda->formals) children.add(formal.fallback);
    children.add(lambda->body);
  }

  ParsedFile& file_;
  base::SymbolTable& symbols_;
  const bool report_;
  const std::span<const GlobalName> globals_;
  std::vector<std::uint32_t> keys_;
  std::vector<Entry> entries_;
  std::vector<Undo> log_;
  std::uint32_t depth_ = 0;
  std::uint32_t with_ = 0;  // frame of the innermost `with`, 0: none
  std::size_t undefined_ = 0;
  bool exhausted_ = false;
  const std::uintptr_t stackFloor_;
};

}  // namespace

std::vector<GlobalName> globalsOf(std::span<const Symbol> names) {
  std::vector<GlobalName> out;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i]) out.push_back({names[i], static_cast<std::uint32_t>(i)});
  std::sort(out.begin(), out.end(), [](const GlobalName& a, const GlobalName& b) { return a.name < b.name; });
  return out;
}

void bind(ParsedFile& file, base::SymbolTable& symbols, const BaseScope& scope, bool reportUndefined) {
  Binder(file, symbols, scope, reportUndefined).bind(file.root);
}

}  // namespace fleetd::lang
