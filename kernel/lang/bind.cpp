// Scopes at parse time: a table from name to its innermost definition, and a log that undoes what a scope
// defined.
#include "kernel/lang/bind.hpp"

#include <vector>

#include <fmt/format.h>

#include "kernel/base/big_stack.hpp"
#include "kernel/base/suggest.hpp"

namespace fleetd::lang {

namespace {

constexpr std::size_t kStackReserve = 32 << 10;
constexpr std::size_t kMaxUndefined = 1000;
constexpr std::size_t kMaxSuggestions =
    20;  // searches for similar names; more undefined names have another cause

class Binder {
 public:
  Binder(ParsedFile& file, base::SymbolTable& symbols, const BaseScope& scope, bool reportUndefined)
      : file_(file),
        symbols_(symbols),
        report_(reportUndefined),
        keys_(1024),
        stackFloor_(base::stackLimit() + kStackReserve) {
    for (std::size_t i = 0; i < scope.globals.size(); ++i)
      if (scope.globals[i]) define(scope.globals[i], static_cast<std::uint32_t>(i));
    for (const std::vector<Symbol>& frame : scope.frames) {
      ++depth_;
      for (std::size_t i = 0; i < frame.size(); ++i) define(frame[i], static_cast<std::uint32_t>(i));
    }
  }

  // Leaves all scopes as it found them. Goes down the highest child in a loop and recurses into the others.
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
  // The innermost definition of a name. Frame 0 holds the globals, the outermost frame is 1.
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
    if (found.frame == 0) {
      var->kind = ExprKind::Global;
      var->index = found.slot;
    } else if (found.frame != kNone) {
      var->kind = ExprKind::Local;
      var->level = depth_ - found.frame;
      var->index = found.slot;
    } else if (with_ != 0) {
      var->kind = ExprKind::WithVar;
      var->level = depth_ - with_;
    } else if (report_) {
      undefined(var);
    }
  }

  void undefined(const ExprVar* var) {
    if (++undefined_ > kMaxUndefined) return;
    const std::string_view name = symbols_.text(var->name);
    base::Diagnostic& made =
        problem(base::Code::FL0107, fmt::format("undefined variable '{}'", name), var->span());
    if (undefined_ > kMaxSuggestions) return;
    std::vector<std::string_view> known;
    for (const Entry& entry : entries_)
      if (entry.definition.frame != kNone) known.push_back(symbols_.text(entry.name));
    const std::size_t bound = name.size() < 3 ? 0 : name.size() < 6 ? 1 : 2;
    const auto nearest = base::nearestNames(name, known, 1, bound);
    if (!nearest.empty() && bound > 0)
      made.fixes.push_back({base::didYouMean(nearest), {{var->span(), std::string(nearest[0])}}});
  }

  // --- the tree ---
  void names(std::span<AttrName> path) {
    for (const AttrName& name : path)
      if (name.expr) bind(name.expr);
  }

  // Binds everything but one child, which is returned; null when there is none.
  Expr* step(Expr* expr) {
    switch (expr->kind) {
      case ExprKind::Int:
      case ExprKind::Float:
      case ExprKind::String:
      case ExprKind::Path:
      case ExprKind::SearchPath:
      case ExprKind::Local:
      case ExprKind::Global:
      case ExprKind::WithVar:
      case ExprKind::InheritFrom:
      case ExprKind::CurPos: return nullptr;
      case ExprKind::Var: resolve(static_cast<ExprVar*>(expr)); return nullptr;
      case ExprKind::Select: {
        auto* select = static_cast<ExprSelect*>(expr);
        names(select->path);
        return select->fallback ? higher(select->subject, select->fallback) : select->subject;
      }
      case ExprKind::HasAttr:
        names(static_cast<ExprHasAttr*>(expr)->path);
        return static_cast<ExprHasAttr*>(expr)->subject;
      case ExprKind::Attrs: attributes(static_cast<ExprAttrs*>(expr)); return nullptr;
      case ExprKind::List:
        for (Expr* element : static_cast<ExprList*>(expr)->elements) bind(element);
        return nullptr;
      case ExprKind::Lambda: return lambda(static_cast<ExprLambda*>(expr));
      case ExprKind::Call:
        for (Expr* arg : static_cast<ExprCall*>(expr)->args) bind(arg);
        return static_cast<ExprCall*>(expr)->function;
      case ExprKind::Let: {
        auto* let = static_cast<ExprLet*>(expr);
        attributes(let->attrs);
        return let->body;
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
        bind(node->condition);
        return higher(node->then, node->otherwise);
      }
      case ExprKind::Assert:
        bind(static_cast<ExprAssert*>(expr)->condition);
        return static_cast<ExprAssert*>(expr)->body;
      case ExprKind::Not:
      case ExprKind::Negate: return static_cast<ExprUnary*>(expr)->operand;
      case ExprKind::Binary:
        return higher(static_cast<ExprBinary*>(expr)->left, static_cast<ExprBinary*>(expr)->right);
      case ExprKind::Interp:
        for (Expr* part : static_cast<ExprInterp*>(expr)->parts) bind(part);
        return nullptr;
    }
    return nullptr;
  }

  // Binds the lower of two, returns the higher.
  Expr* higher(Expr* a, Expr* b) {
    if (a->height > b->height) std::swap(a, b);
    bind(a);
    return b;
  }

  // Leaves the frame of a recursive set open: the body of a let, or the caller's undo, follows.
  void attributes(ExprAttrs* attrs) {
    if (attrs->recursive) {
      for (const AttrDef& def : attrs->statics)
        if (def.kind == AttrKind::Inherit) bind(def.value);
      ++depth_;
      for (std::size_t i = 0; i < attrs->statics.size(); ++i)
        define(attrs->statics[i].name, static_cast<std::uint32_t>(i));
    }
    for (const AttrDef& def : attrs->statics)
      if (def.kind == AttrKind::Plain || (def.kind == AttrKind::Inherit && !attrs->recursive))
        bind(def.value);
    for (Expr* from : attrs->inheritFrom) bind(from);
    for (const DynamicAttr& dynamic : attrs->dynamics) {
      bind(dynamic.name);
      bind(dynamic.value);
    }
  }

  Expr* lambda(ExprLambda* lambda) {
    ++depth_;
    std::uint32_t slot = 0;
    if (lambda->arg) define(lambda->arg, slot++);
    for (const Formal& formal : lambda->formals) define(formal.name, slot++);
    for (const Formal& formal : lambda->formals)
      if (formal.fallback) bind(formal.fallback);
    return lambda->body;
  }

  ParsedFile& file_;
  base::SymbolTable& symbols_;
  const bool report_;
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

void bind(ParsedFile& file, base::SymbolTable& symbols, const BaseScope& scope, bool reportUndefined) {
  Binder(file, symbols, scope, reportUndefined).bind(file.root);
}

}  // namespace fleetd::lang
