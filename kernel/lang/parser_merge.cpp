// Makes attribute sets of bindings: `a.b = 1; a = { c = 2; };` becomes one set `a`, duplicates are reported.
//
// Sets merge when all of them are written as literals or paths. The first one decides whether the result is
// recursive.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/lang/parser_state.hpp"

namespace fleetd::lang {

namespace {

bool isLiteral(AttrKind kind, const Expr* value) { return kind == AttrKind::Plain && value->kind == ExprKind::Attrs; }

}  // namespace

void Parser::duplicate(Symbol name, Pos pos, Pos previous) {
  std::string path;
  for (const Symbol outer : prefix_) path.append(symbols_.text(outer)).push_back('.');
  path.append(symbols_.text(name));
  const std::string_view before = source_.text.substr(0, previous - source_.base);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t lineStart = before.rfind('\n') + 1;  // npos + 1 is 0
  base::Diagnostic* problem = add(base::Code::FL0104,
                                  fmt::format("attribute '{}' already defined at {}:{}:{}", path, source_.name, line,
                                              before.size() - lineStart + 1),
                                  nameSpan(pos));
  if (problem) problem->labels.push_back({nameSpan(previous), "first defined here"});
}

// The value of a binding, inside of the sets that the rest of its path stands for.
Expr* Parser::nest(const Binding& binding) {
  Expr* value = binding.value;
  for (std::uint32_t i = binding.restCount; i-- > 0;) {
    const AttrName& name = names_[binding.rest + i];
    auto* set = node<ExprAttrs>(ExprKind::Attrs, binding.pos);
    set->end = value->end;
    if (name.expr)
      set->dynamics = {arena_.make<DynamicAttr>(name.expr, value, binding.pos), 1};
    else
      set->statics = {arena_.make<AttrDef>(name.symbol, binding.pos, AttrKind::Plain, value), 1};
    set->height = above(above(value), name.expr);
    value = set;
  }
  return value;
}

// Turns the bindings from `firstBinding` on, and the inherit sources from `firstFrom` on, into the attributes
// of `set`.
void Parser::buildSet(ExprAttrs* set, std::size_t firstBinding, std::size_t firstFrom) {
  const auto begin = bindings_.begin() + static_cast<std::ptrdiff_t>(firstBinding);
  // A binding has a place of its own, so (name, place) orders them completely and keeps the source order of
  // equal names.
  const auto before = [](const Binding& a, const Binding& b) {
    return a.name == b.name ? a.pos < b.pos : a.name < b.name;
  };
  const auto isDynamic = [](const Binding& b) { return b.dynamicName != nullptr; };
  auto firstStatic = begin;
  if (std::any_of(begin, bindings_.end(), isDynamic))
    firstStatic = std::stable_partition(begin, bindings_.end(), isDynamic);
  if (!std::is_sorted(firstStatic, bindings_.end(), before)) std::sort(firstStatic, bindings_.end(), before);

  const auto dynamicCount = static_cast<std::size_t>(firstStatic - begin);
  const std::size_t end = bindings_.size();
  std::uint16_t height = set->height;
  auto* dynamics = dynamicCount ? arena_.array<DynamicAttr>(dynamicCount) : nullptr;
  for (std::size_t i = 0; i < dynamicCount; ++i) {
    const Binding& binding = bindings_[firstBinding + i];
    dynamics[i] = {binding.dynamicName, nest(binding), binding.pos};
    height = above(above(height, dynamics[i].name), dynamics[i].value);
  }
  std::size_t count = 0;
  for (std::size_t i = firstBinding + dynamicCount; i < end; ++i)
    count += i == firstBinding + dynamicCount || bindings_[i].name != bindings_[i - 1].name ? 1u : 0u;
  auto* statics = count ? arena_.array<AttrDef>(count) : nullptr;
  std::size_t made = 0;
  for (std::size_t i = firstBinding + dynamicCount; i < end;) {
    std::size_t next = i + 1;
    while (next < end && bindings_[next].name == bindings_[i].name) ++next;
    AttrDef& def = statics[made++];
    if (next - i == 1)
      def = {bindings_[i].name, bindings_[i].pos, bindings_[i].kind, nest(bindings_[i])};
    else
      mergeBindings(i, next, def);
    height = above(height, def.value);
    i = next;
  }
  for (std::size_t i = firstFrom; i < from_.size(); ++i) height = above(height, from_[i]);

  set->statics = {statics, made};
  set->dynamics = {dynamics, dynamicCount};
  set->inheritFrom = take(from_, firstFrom);
  set->height = height;
}

// Several bindings of one name: bindings_[begin, end).
void Parser::mergeBindings(std::size_t begin, std::size_t end, AttrDef& out) {
  const Binding first = bindings_[begin];
  const bool firstIsPath = first.restCount > 0;
  const bool firstIsSet = firstIsPath || isLiteral(first.kind, first.value);
  const auto joins = [&](const Binding& b) { return firstIsSet && (b.restCount > 0 || isLiteral(b.kind, b.value)); };

  std::size_t joined = 0;
  for (std::size_t i = begin + 1; i < end; ++i) {
    const Binding& other = bindings_[i];
    if (joins(other))
      ++joined;
    else if (first.value != broken_ && other.value != broken_)
      duplicate(first.name, other.pos, first.pos);
  }
  out = {first.name, first.pos, first.kind, nullptr};
  if (joined == 0) {
    out.value = nest(first);
    return;
  }

  ExprAttrs* set = nullptr;
  if (firstIsPath)
    set = node<ExprAttrs>(ExprKind::Attrs, first.pos);
  else
    set = static_cast<ExprAttrs*>(first.value);
  const std::size_t firstBinding = bindings_.size();
  const std::size_t firstFrom = from_.size();
  for (std::size_t i = begin; i < end; ++i) {
    const Binding item = bindings_[i];
    if (i != begin && !joins(item)) continue;
    if (item.restCount == 0) {
      spill(static_cast<const ExprAttrs*>(item.value), firstFrom);
      continue;
    }
    const AttrName& name = names_[item.rest];
    bindings_.push_back(
        {name.symbol, AttrKind::Plain, item.pos, name.expr, item.value, item.rest + 1, item.restCount - 1});
  }
  prefix_.push_back(first.name);
  buildSet(set, firstBinding, firstFrom);
  prefix_.pop_back();
  bindings_.resize(firstBinding);
  out.value = set;
}

// Pushes the attributes of a finished set back as bindings. Its inherit sources follow those already in
// from_.
void Parser::spill(const ExprAttrs* literal, std::size_t firstFrom) {
  const auto offset = static_cast<std::uint32_t>(from_.size() - firstFrom);
  for (const AttrDef& def : literal->statics) {
    if (def.kind == AttrKind::InheritFrom)
      static_cast<ExprVar*>(static_cast<ExprSelect*>(def.value)->subject)->index += offset;
    bindings_.push_back({def.name, def.kind, def.pos, nullptr, def.value, 0, 0});
  }
  for (const DynamicAttr& def : literal->dynamics)
    bindings_.push_back({{}, AttrKind::Plain, def.pos, def.name, def.value, 0, 0});
  from_.insert(from_.end(), literal->inheritFrom.begin(), literal->inheritFrom.end());
}

}  // namespace fleetd::lang
