// builtins.toJSON: known text around what is unknown.
#include <algorithm>

#include "kernel/base/json_writer.hpp"
#include "kernel/base/text.hpp"
#include "kernel/lang/json_value.hpp"
#include "kernel/lang/prims/prims.hpp"

namespace fleetd::lang {

namespace {

bool isStorePath(const Value& v) { return v.isUnknown() && v.unknown->op == UnknownOp::StorePath; }

class JsonPrinter {
 public:
  explicit JsonPrinter(Evaluator& ev) : ev_(ev) {}

  // False: `error` says why.
  bool value(Value v) {
    v = ev_.force(v);
    switch (v.tag) {
      case Tag::Null: run_ += "null"; return true;
      case Tag::Bool: run_ += v.boolean() ? "true" : "false"; return true;
      case Tag::Int: run_ += std::to_string(v.integer); return true;
      case Tag::Float: base::appendJsonFloat(run_, v.real); return true;
      case Tag::String: return string(v);
      case Tag::Path: return unknown(ev_.coerceToString(v, Evaluator::Coerce::Interpolate, 0));
      case Tag::List:
      case Tag::Attrs: return nested(v);
      case Tag::Unknown: return unknown(v);
      case Tag::Error: return fail(v);
      case Tag::Lambda:
        return fail(ev_.fail(ErrorKind::Type, v.closure->lambda->pos, "cannot convert {} to JSON", ev_.typeName(v)));
      case Tag::Prim:
      case Tag::PrimApp:
      case Tag::Native:
      case Tag::Thunk:
      case Tag::Stuck:
      case Tag::Pending:
      case Tag::Running: break;
    }
    return fail(ev_.fail(ErrorKind::Type, 0, "cannot convert {} to JSON", ev_.typeName(v)));
  }

  Value parts() {
    flush();
    return ev_.joinStrings(parts_, 0);
  }

  Value error;

 private:
  bool fail(Value v) {
    error = v;
    return false;
  }

  bool string(Value v) {
    std::string quoted;
    if (!quote(v, &quoted)) return false;
    run_ += quoted;
    return true;
  }

  bool quote(Value v, std::string* quoted) {
    if (const auto at = base::invalidUtf8At(v.string()))
      return fail(
          ev_.fail(ErrorKind::Data, 0,
                   "JSON serialization error: [json.exception.type_error.316] invalid UTF-8 byte at index {}: 0x{:02X}",
                   *at, static_cast<unsigned>(static_cast<unsigned char>(v.string()[*at]))));
    base::appendJsonString(*quoted, v.string());
    context_ = ev_.mergeContext(context_, ev_.contextOf(v));
    return true;
  }

  void flush() {
    if (!run_.empty()) parts_.push_back(ev_.stringWithContext(run_, context_));
    run_.clear();
    context_ = nullptr;
  }

  bool unknown(Value v) {
    if (v.isError()) return fail(v);
    const bool interp = v.unknown->op == UnknownOp::Interp && !v.unknown->name;
    const auto operands = interp ? v.unknown->operands() : std::span<Value>(&v, 1);
    // Store paths need no escapes, so a string of them and known parts stays a string of known parts.
    if (std::all_of(operands.begin(), operands.end(),
                    [](const Value& part) { return part.is(Tag::String) || isStorePath(part); })) {
      run_ += '"';
      for (const Value& part : operands) {
        if (part.is(Tag::String)) {
          std::string quoted;
          if (!quote(part, &quoted)) return false;
          run_.append(quoted, 1, quoted.size() - 2);
          continue;
        }
        flush();
        parts_.push_back(part);
      }
      run_ += '"';
      return true;
    }
    flush();
    parts_.push_back(ev_.unknownPrim(findPrim("toJSON"), std::span(&v, 1), v.unknown->pos));
    return true;
  }

  bool nested(Value v) {
    if (!ev_.enter(0, &error)) return false;
    const bool fine = v.is(Tag::List) ? list(v) : set(v);
    ev_.leave();
    return fine;
  }

  bool list(Value v) {
    run_ += '[';
    std::size_t index = 0;
    for (const Value& element : v.list()) {
      if (index > 0) run_ += ',';
      if (!value(element)) {
        error =
            ev_.addFrame(error, 0, ev_.arena().copy(fmt::format("while evaluating list element at index {}", index)));
        return false;
      }
      ++index;
    }
    run_ += ']';
    return true;
  }

  bool set(Value v) {
    if (v.attrs->find(ev_.names().toString)) {
      const Value text = ev_.coerceToString(v, Evaluator::Coerce::Plain, 0);
      if (text.isError()) return fail(text);
      return text.isUnknown() ? unknown(text) : string(text);
    }
    if (const Attr* outPath = v.attrs->find(ev_.names().outPath)) return value(outPath->value);
    run_ += '{';
    bool first = true;
    for (const Attr* attr : ev_.sortedByName(v.attrs)) {
      if (!first) run_ += ',';
      first = false;
      base::appendJsonString(run_, ev_.text(attr->name));
      run_ += ':';
      if (value(attr->value)) continue;
      error = ev_.addFrame(error, attr->pos,
                           ev_.arena().copy(fmt::format("while evaluating attribute '{}'", ev_.text(attr->name))));
      return false;
    }
    run_ += '}';
    return true;
  }

  Evaluator& ev_;
  std::string run_;
  const StringContext* context_ = nullptr;
  std::vector<Value> parts_;
};

}  // namespace

Value toJson(Evaluator& ev, Value v) {
  JsonPrinter printer(ev);
  return printer.value(v) ? printer.parts() : printer.error;
}

}  // namespace fleetd::lang
