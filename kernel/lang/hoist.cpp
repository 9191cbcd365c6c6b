// One walk over the tree, bottom up: which frames an expression looks at, as bits, says how far out its value may be
// kept. It is worth keeping when a function lies between: let and with are entered once for each value of theirs.
#include "kernel/lang/hoist.hpp"

#include <algorithm>
#include <bit>
#include <string_view>
#include <utility>
#include <vector>

namespace fleetd::lang {

namespace {

constexpr std::uint32_t kMaxFrames = 62;         // the last bit stands for all frames from there on
constexpr std::uint16_t kMaxHeight = 1000;       // recursion; higher trees stay as they are
constexpr std::uint32_t kMaxHoistsOfFrame = 64;  // each costs every entry of the frame something

struct Found {
  std::uint64_t frames = 0;  // bit i: frame i
  bool calls = false;        // applies a function, outside of functions of its own
  bool prints = false;

  Found& operator|=(const Found& other) {
    frames |= other.frames;
    calls |= other.calls;
    prints |= other.prints;
    return *this;
  }
};

class Hoister {
 public:
  Hoister(std::uint32_t base, const base::SymbolTable& symbols)
      : base_(base), symbols_(symbols), depth_(base), function_(base) {}

  Found visit(Expr* e) {
    Found out;
    switch (e->kind) {
      case ExprKind::Local:
      case ExprKind::WithVar:
      case ExprKind::Global: return variable(static_cast<ExprVar*>(e));
      case ExprKind::Select: {
        auto* select = static_cast<ExprSelect*>(e);
        out = visit(select->subject);
        if (select->fallback) out |= visit(select->fallback);
        return out |= names(select->path);
      }
      case ExprKind::HasAttr: {
        auto* test = static_cast<ExprHasAttr*>(e);
        out = visit(test->subject);
        return out |= names(test->path);
      }
      case ExprKind::Attrs: return attrs(static_cast<ExprAttrs*>(e));
      case ExprKind::List:
        for (Expr* element : static_cast<ExprList*>(e)->elements) out |= lazy(element);
        return out;
      case ExprKind::Lambda: return lambda(static_cast<ExprLambda*>(e));
      case ExprKind::Call: {
        auto* call = static_cast<ExprCall*>(e);
        out = visit(call->function);
        for (Expr* arg : call->args) out |= lazy(arg);
        out.calls = true;
        return out;
      }
      case ExprKind::Let: {
        auto* let = static_cast<ExprLet*>(e);
        const Open open(*this);
        out = members(let->attrs);
        out |= visit(let->body);
        let->attrs->hoists = close(open.marks);
        return out = outside(out);
      }
      case ExprKind::With: {
        auto* with = static_cast<ExprWith*>(e);
        out = lazy(with->scope);
        const Open open(*this);
        const std::uint64_t outer = std::exchange(withs_, withs_ | bit(depth_));
        const Found body = visit(with->body);
        withs_ = outer;
        with->hoists = close(open.marks);
        return out |= outside(body);
      }
      case ExprKind::If: {
        auto* node = static_cast<ExprIf*>(e);
        out = visit(node->condition);
        out |= visit(node->then);
        return out |= visit(node->otherwise);
      }
      case ExprKind::Assert: {
        auto* assertion = static_cast<ExprAssert*>(e);
        out = visit(assertion->condition);
        return out |= visit(assertion->body);
      }
      case ExprKind::Not:
      case ExprKind::Negate: return visit(static_cast<ExprUnary*>(e)->operand);
      case ExprKind::Binary: {
        auto* node = static_cast<ExprBinary*>(e);
        out = visit(node->left);
        return out |= visit(node->right);
      }
      case ExprKind::Interp:
        for (Expr* part : static_cast<ExprInterp*>(e)->parts) out |= visit(part);
        return out;
      default: return out;
    }
  }

 private:
  // An expression that may be kept, and where.
  struct Mark {
    Expr* expr;
    std::uint32_t depth;     // of its place
    std::uint32_t function;  // first frame of the innermost function around it
    std::uint32_t target;
  };
  // A frame being entered; the marks from `marks` on were made in it.
  struct Open {
    explicit Open(Hoister& of) : hoister(of), marks(of.marks_.size()) { ++of.depth_; }
    ~Open() { --hoister.depth_; }
    Hoister& hoister;
    std::size_t marks;
  };

  static std::uint64_t bit(std::uint32_t frame) { return std::uint64_t{1} << std::min(frame, kMaxFrames); }

  // Without what is bound at the present depth.
  Found outside(Found found) const {
    if (depth_ <= kMaxFrames) found.frames &= (std::uint64_t{1} << depth_) - 1;
    return found;
  }

  // What prints as it is evaluated does so for each call.
  bool isPrinting(Symbol name) const {
    const std::string_view text = symbols_.text(name);
    return text.starts_with("trace") || text.starts_with("warn") || text == "showWarnings";
  }

  Found variable(const ExprVar* var) const {
    Found out;
    if (var->kind == ExprKind::Local) out.frames = bit(depth_ - var->level);
    if (var->kind == ExprKind::WithVar) out.frames = withs_;  // any of them may have the name
    out.prints = isPrinting(var->name);
    return out;
  }

  Found names(std::span<AttrName> path) {
    Found out;
    for (const AttrName& name : path) {
      if (name.expr) out |= visit(name.expr);
      out.prints |= isPrinting(name.symbol);
    }
    return out;
  }

  Found attrs(ExprAttrs* attrs) {
    if (!attrs->recursive) return members(attrs);
    const Open open(*this);
    const Found out = members(attrs);
    attrs->hoists = close(open.marks);
    return outside(out);
  }

  // In the frame that the values see. What is inherited is a name of the frame outside, where the set is recursive.
  Found members(ExprAttrs* attrs) {
    Found out;
    for (const AttrDef& def : attrs->statics) {
      if (def.kind == AttrKind::Plain) out |= lazy(def.value);
      if (def.kind != AttrKind::Inherit) continue;
      if (attrs->recursive) --depth_;
      out |= visit(def.value);
      if (attrs->recursive) ++depth_;
    }
    for (Expr* from : attrs->inheritFrom) out |= lazy(from);
    for (const DynamicAttr& dynamic : attrs->dynamics) {
      out |= visit(dynamic.name);
      out |= lazy(dynamic.value);
    }
    return out;
  }

  // `a: b: …` is one function: it is rarely called with the first argument alone.
  Found lambda(ExprLambda* lambda) {
    const std::uint32_t outer = function_;
    const Open open(*this);
    if (!curried_) function_ = depth_;
    curried_ = false;
    Found out;
    for (const Formal& formal : lambda->formals)
      if (formal.fallback) out |= lazy(formal.fallback);
    curried_ = lambda->body->kind == ExprKind::Lambda;
    out |= visit(lambda->body);
    curried_ = false;
    lambda->hoists = close(open.marks);
    function_ = outer;
    out = outside(out);
    out.calls = false;
    return out;
  }

  // An expression whose value is a cell of its own.
  Found lazy(Expr* e) {
    const std::size_t before = marks_.size();
    const Found found = visit(e);
    if (!found.calls || found.prints || function_ == base_ || depth_ > kMaxFrames) return found;
    const auto innermost = found.frames == 0 ? 0u : static_cast<std::uint32_t>(std::bit_width(found.frames)) - 1;
    const std::uint32_t target = std::max(innermost, base_ + 1);
    if (target >= function_) return found;
    // What is computed once for its sake is not kept by itself.
    const auto within = [&](const Mark& mark) { return mark.target == target && mark.function == function_; };
    marks_.erase(std::remove_if(marks_.begin() + static_cast<std::ptrdiff_t>(before), marks_.end(), within),
                 marks_.end());
    marks_.push_back({e, depth_, function_, target});
    return found;
  }

  // Gives the marks that lead to the frame of the present depth their slots, which follow those of its names.
  std::uint32_t close(std::size_t first) {
    std::uint32_t count = 0;
    std::size_t kept = first;
    for (std::size_t i = first; i < marks_.size(); ++i) {
      const Mark& mark = marks_[i];
      if (mark.target != depth_) {
        marks_[kept++] = mark;
      } else if (count < kMaxHoistsOfFrame) {
        mark.expr->hoistUp = static_cast<std::uint16_t>(mark.depth - mark.target);
        mark.expr->hoistSlot = static_cast<std::uint16_t>(count++);
      }
    }
    marks_.resize(kept);
    return count;
  }

  const std::uint32_t base_;
  const base::SymbolTable& symbols_;
  std::uint32_t depth_;
  std::uint32_t function_;   // first frame of the innermost function; base_: none
  std::uint64_t withs_ = 0;  // frames of the `with`s around
  bool curried_ = false;     // the function to be visited is all of another one's body
  std::vector<Mark> marks_;
};

}  // namespace

void hoist(Expr* root, std::uint32_t base, const base::SymbolTable& symbols) {
  if (root->height > kMaxHeight) return;
  Hoister(base, symbols).visit(root);
}

}  // namespace fleetd::lang
