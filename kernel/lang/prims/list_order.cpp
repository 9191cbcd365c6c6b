// Builtins that order and group lists: sort partition groupBy genericClosure.
#include <map>

#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

// Merge sort, bottom up: stable, safe with any comparator, and able to stop at an error.
class Sorter {
 public:
  Sorter(Evaluator& ev, Value compare, Pos pos) : ev_(ev), compare_(compare), pos_(pos) {}

  // False: `result` is what to return.
  bool sort(std::vector<Value>& items) {
    std::vector<Value> other(items.size());
    for (std::size_t width = 1; width < items.size(); width *= 2) {
      for (std::size_t low = 0; low < items.size(); low += 2 * width) {
        const std::size_t middle = std::min(low + width, items.size());
        if (!merge(items, other, low, middle, std::min(low + 2 * width, items.size()))) return false;
      }
      items.swap(other);
    }
    return true;
  }

  Value result;

 private:
  bool merge(const std::vector<Value>& from, std::vector<Value>& to, std::size_t low, std::size_t middle,
             std::size_t high) {
    std::size_t i = low, j = middle;
    for (std::size_t k = low; k < high; ++k) {
      bool takeRight = i == middle;
      if (!takeRight && j < high && !less(from[j], from[i], &takeRight)) return false;
      to[k] = takeRight ? from[j++] : from[i++];
    }
    return true;
  }

  bool less(const Value& a, const Value& b, bool* answer) {
    Value v = ev_.call(compare_, {a, b}, pos_);
    if (!wantBool(ev_, v, &result)) return false;
    *answer = v.boolean();
    return true;
  }

  Evaluator& ev_;
  Value compare_;
  Pos pos_;
};

bool knownList(Evaluator& ev, Value& list, std::vector<Value>* elements, Value* out) {
  std::vector<Value> pieces;
  list = ev.force(list);
  if (!listPieces(ev, list, &pieces, out)) return false;
  if (!allKnown(pieces)) {
    *out = Value::stuck();
    return false;
  }
  *elements = elementsOf(pieces);
  return true;
}

Value sort(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  std::vector<Value> items;
  if (!knownList(ev, args[1], &items, &out)) return out;
  // As Nix does, whatever the comparison looks at.
  for (Value& item : items)
    if (item = ev.force(item); item.isError()) return item;
  if (items.size() == 1) {  // compared with nothing; what compares has to be a function all the same
    const Value compare = ev.force(args[0]);
    if (compare.isError()) return compare;
    if (!compare.isUnknown() && !compare.isFunction() && !compare.is(Tag::Attrs))
      return ev.typeError("a function", compare, 0);
  }
  Sorter sorter(ev, args[0], pos);
  return sorter.sort(items) ? ev.list(items) : sorter.result;
}

Value partition(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  std::vector<Value> pieces;
  args[1] = ev.force(args[1]);
  if (!listPieces(ev, args[1], &pieces, &out)) return out;
  if (pieces.size() == 1 && pieces.front().isUnknown()) return Value::stuck();
  ListBuilder right(ev), wrong(ev);
  for (const Value& piece : pieces) {
    if (piece.isUnknown()) {
      const Value operands[] = {args[0], piece};
      const Value split = ev.unknownPrim(findPrim("partition"), operands, pos);
      right.addPiece(ev.select(split, ev.names().right, pos));
      wrong.addPiece(ev.select(split, ev.names().wrong, pos));
      continue;
    }
    for (const Value& element : piece.list()) {
      const Value is = ev.call(args[0], element, pos);
      if (is.isError()) return is;
      if (is.isUnknown()) {
        const Value one = ev.list(std::span(&element, 1));
        right.addPiece(unknownIf(ev, is, one, Value::list({}), pos));
        wrong.addPiece(unknownIf(ev, is, Value::list({}), one, pos));
      } else if (is.is(Tag::Bool)) {
        (is.boolean() ? right : wrong).add(element);
      } else {
        return ev.typeError("a Boolean", is, 0);
      }
    }
  }
  return ev.attrs({{"right", right.finish(pos)}, {"wrong", wrong.finish(pos)}});
}

Value groupBy(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  std::vector<Value> items;
  if (!knownList(ev, args[1], &items, &out)) return out;
  std::map<Symbol, std::vector<Value>> groups;
  for (const Value& item : items) {
    Value key = ev.call(args[0], item, pos);
    if (!wantPlainString(ev, key, &out)) return out;
    groups[ev.symbol(key.string())].push_back(item);
  }
  Bindings* set = ev.newBindings(static_cast<std::uint32_t>(groups.size()));
  std::uint32_t i = 0;
  for (const auto& [name, members] : groups) set->items[i++] = {name, 0, ev.list(members)};
  return Value::of(set);
}

// Keys seen so far, in order. A key that compares with none of them is an error, as in Nix.
class KeySet {
 public:
  KeySet(Evaluator& ev, Pos pos) : ev_(ev), pos_(pos) {}

  // False: `result` is what to return.
  bool insert(Value key, bool* isNew) {
    std::size_t low = 0, high = keys_.size();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      bool before = false, after = false;
      if (!less(key, keys_[middle], &before)) return false;
      if (!before && !less(keys_[middle], key, &after)) return false;
      if (!before && !after) {
        *isNew = false;
        return true;
      }
      if (before)
        high = middle;
      else
        low = middle + 1;
    }
    keys_.insert(keys_.begin() + static_cast<std::ptrdiff_t>(low), key);
    *isNew = true;
    return true;
  }

  Value result;

 private:
  bool less(Value a, Value b, bool* answer) {
    Value v = ev_.less(a, b, pos_);
    if (!wantBool(ev_, v, &result)) return false;
    *answer = v.boolean();
    return true;
  }

  Evaluator& ev_;
  Pos pos_;
  std::vector<Value> keys_;
};

Value genericClosure(Evaluator& ev, Value* args, Pos pos) {
  Value out, start, step;
  if (!wantAttrs(ev, args[0], &out)) return out;
  if (!wantAttr(ev, *args[0].attrs, ev.names().startSet, &start, &out)) return out;
  std::vector<Value> work;
  if (!knownList(ev, start, &work, &out)) return out;
  if (work.empty()) return Value::list({});
  if (!wantAttr(ev, *args[0].attrs, ev.names().op, &step, &out)) return out;
  KeySet keys(ev, pos);
  std::vector<Value> result;
  for (std::size_t i = 0; i < work.size(); ++i) {
    Value item = work[i], key;
    if (!wantAttrs(ev, item, &out) || !wantAttr(ev, *item.attrs, ev.names().key, &key, &out)) return out;
    key = ev.force(key);
    if (key.isError()) return key;
    if (key.isUnknown()) return Value::stuck();
    bool isNew = false;
    if (!keys.insert(key, &isNew)) return keys.result;
    if (!isNew) continue;
    result.push_back(item);
    Value more = ev.call(step, item, pos);
    if (more.isError()) return more;
    std::vector<Value> next;
    if (!knownList(ev, more, &next, &out)) return out;
    if (work.size() + next.size() > kMaxElements) return tooLarge(ev, "the closure");
    work.insert(work.end(), next.begin(), next.end());
  }
  return ev.list(result);
}

constexpr PrimOp kPrims[] = {
    {"sort", 2, sort, "a list in the order of a comparison, stable"},
    {"partition", 2, partition, "the elements a function accepts and those it does not"},
    {"groupBy", 2, groupBy, "the elements of a list by the name a function gives them"},
    {"genericClosure", 1, genericClosure, "everything reachable from a start set, each key once"},
};

}  // namespace

std::span<const PrimOp> listOrderPrims() { return kPrims; }

}  // namespace fleetd::lang
