// Printing of values.
#include "kernel/cli/print_value.hpp"

#include <unordered_set>

#include <fmt/format.h>

#include "kernel/lang/print.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::cli {

namespace {

using lang::Tag;
using lang::Value;

class ValuePrinter {
 public:
  explicit ValuePrinter(lang::Evaluator& evaluator) : ev_(evaluator) {}

  void print(Value v);
  std::string take() { return std::move(out_); }

 private:
  void printList(Value v);
  void printAttrs(Value v);
  // A value that was forced is kept in its thunk; nothing is evaluated here.
  static Value settled(Value v) { return v.isThunk() ? v.thunk->value : v; }
  bool seen(const void* address) { return !seen_.insert(address).second; }

  lang::Evaluator& ev_;
  std::string out_;
  std::unordered_set<const void*> seen_;
};

void ValuePrinter::printList(Value v) {
  if (!v.list().empty() && seen(v.elements)) {
    out_ += "«repeated»";
    return;
  }
  out_ += "[ ";
  for (const Value& element : v.list()) {
    print(element);
    out_ += ' ';
  }
  out_ += ']';
}

void ValuePrinter::printAttrs(Value v) {
  if (v.attrs->size > 0 && seen(v.attrs)) {
    out_ += "«repeated»";
    return;
  }
  out_ += "{ ";
  for (const lang::Attr* attr : ev_.sortedByName(v.attrs)) {
    out_ += lang::printName(ev_.text(attr->name));
    out_ += " = ";
    print(attr->value);
    out_ += "; ";
  }
  out_ += '}';
}

void ValuePrinter::print(Value given) {
  const Value v = settled(given);
  switch (v.tag) {
    case Tag::Null: out_ += "null"; return;
    case Tag::Bool: out_ += v.boolean() ? "true" : "false"; return;
    case Tag::Int: fmt::format_to(std::back_inserter(out_), "{}", v.integer); return;
    case Tag::Float: fmt::format_to(std::back_inserter(out_), "{:g}", v.real); return;
    case Tag::String: out_ += lang::printString(v.string()); return;
    case Tag::Path: out_ += v.string(); return;
    case Tag::List: printList(v); return;
    case Tag::Attrs: printAttrs(v); return;
    case Tag::Lambda: out_ += "<LAMBDA>"; return;
    case Tag::Prim: out_ += "<PRIMOP>"; return;
    case Tag::PrimApp: out_ += "<PRIMOP-APP>"; return;
    case Tag::Native: fmt::format_to(std::back_inserter(out_), "«{}»", v.native->kind); return;
    case Tag::Unknown: fmt::format_to(std::back_inserter(out_), "«unknown: {}»", lang::printUnknown(ev_, v)); return;
    case Tag::Error: out_ += "«error»"; return;
    case Tag::Thunk:
    case Tag::Stuck:
    case Tag::Pending:
    case Tag::Running: out_ += "<CODE>"; return;
  }
}

}  // namespace

std::string printValue(lang::Evaluator& evaluator, Value value) {
  ValuePrinter printer(evaluator);
  printer.print(value);
  return printer.take();
}

}  // namespace fleetd::cli
