// Values as text, and whether they are known.
#include "kernel/fleet/value_text.hpp"

#include <algorithm>
#include <utility>

#include "kernel/lang/print.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::fleet {

namespace {

using lang::Tag;
using lang::Value;

constexpr std::size_t kShortLine = 100;
constexpr std::size_t kMaxParts = 64;
constexpr std::size_t kMaxDepth = 100;
constexpr std::size_t kMaxValues = 20'000;  // sets and lists of one value that are looked into

// The sets and lists a walk is inside of. One that holds itself has no end, and one that is reached on many ways may
// have too many parts to look at.
class Inside {
 public:
  explicit Inside(lang::Evaluator& ev) : ev_(ev) {}

  // Runs `look` unless there is no use in it; false then.
  template <class F>
  bool enter(Value v, F&& look) {
    const void* id = v.is(Tag::Attrs) ? static_cast<const void*>(v.attrs) : v.elements;
    Value error;
    if (++count_ > kMaxValues || above_.size() > kMaxDepth ||
        std::find(above_.begin(), above_.end(), id) != above_.end() || !ev_.enter(0, &error))
      return false;
    above_.push_back(id);
    look();
    above_.pop_back();
    ev_.leave();
    return true;
  }

 private:
  lang::Evaluator& ev_;
  std::vector<const void*> above_;
  std::size_t count_ = 0;
};

// Packages, flakes, functions, and what describes options: nobody looks for parts of the fleet in these.
bool isOnePiece(lang::Evaluator& ev, Value v) {
  if (!v.is(Tag::Attrs)) return false;
  if (v.attrs->find(ev.names().outPath) || v.attrs->find(ev.names().functor)) return true;
  const lang::Attr* type = v.attrs->find(ev.names().type);
  const Value name = type ? ev.force(type->value) : Value::null();
  return name.is(Tag::String) &&
         (name.string() == "option-type" || name.string() == "option" || name.string() == "pkgs");
}

class Printer {
 public:
  explicit Printer(lang::Evaluator& ev) : ev_(ev), inside_(ev) {}

  std::string text(Value v, std::size_t indent) {
    v = ev_.force(v);
    switch (v.tag) {
      case Tag::String: return lang::printString(v.string());
      case Tag::Float: return lang::printFloat(v.real);
      case Tag::List:
      case Tag::Attrs: {
        if (isOnePiece(ev_, v)) return ev_.show(v, 1);
        std::string out = "…";
        inside_.enter(v, [&] { out = v.is(Tag::List) ? listText(v, indent) : setText(v, indent); });
        return out;
      }
      case Tag::Unknown: return lang::printUnknown(ev_, v);
      case Tag::Error: return "«error: " + std::string(v.error->message) + "»";
      default: return ev_.show(v);
    }
  }

 private:
  std::string listText(Value v, std::size_t indent) {
    std::vector<std::string> parts;
    std::size_t width = 4;
    bool lines = false;
    for (const Value& element : v.list()) {
      parts.push_back(text(element, indent + 2));
      width += parts.back().size() + 1;
      lines = lines || parts.back().find('\n') != std::string::npos;
    }
    if (parts.empty()) return "[ ]";
    const bool flat = !lines && width + indent <= kShortLine;
    const std::string gap = flat ? " " : "\n" + std::string(indent + 2, ' ');
    std::string out = "[";
    for (const std::string& part : parts) out += gap + part;
    return out + (flat ? " ]" : "\n" + std::string(indent, ' ') + "]");
  }

  std::string setText(Value v, std::size_t indent) {
    if (v.attrs->size == 0) return "{ }";
    std::string out = "{";
    for (const lang::Attr* attr : ev_.sortedByName(v.attrs))
      out += "\n" + std::string(indent + 2, ' ') + lang::printName(ev_.text(attr->name)) + " = " +
             text(attr->value, indent + 2) + ";";
    return out + "\n" + std::string(indent, ' ') + "}";
  }

  lang::Evaluator& ev_;
  Inside inside_;
};

class Searcher {
 public:
  Searcher(lang::Evaluator& ev, std::vector<std::string>* parts) : ev_(ev), inside_(ev), parts_(parts) {}

  bool value(Value v) {
    v = ev_.force(v);
    if (v.isUnknown()) {
      note(v);
      return true;
    }
    if ((!v.is(Tag::List) && !v.is(Tag::Attrs)) || isOnePiece(ev_, v)) return false;
    bool found = false;
    inside_.enter(v, [&] {
      if (v.is(Tag::List))
        for (const Value& element : v.list()) found = (!found || parts_) && value(element) ? true : found;
      else
        for (const lang::Attr* attr : ev_.sortedByName(v.attrs))
          found = (!found || parts_) && value(attr->value) ? true : found;
    });
    return found;
  }

 private:
  void note(Value v) {
    if (!parts_ || parts_->size() >= kMaxParts) return;
    std::string text = lang::printUnknown(ev_, v);
    if (std::find(parts_->begin(), parts_->end(), text) == parts_->end()) parts_->push_back(std::move(text));
  }

  lang::Evaluator& ev_;
  Inside inside_;
  std::vector<std::string>* parts_;
};

}  // namespace

std::string valueText(lang::Evaluator& ev, Value v, std::size_t indent) { return Printer(ev).text(v, indent); }

bool hasUnknown(lang::Evaluator& ev, Value v, std::vector<std::string>* parts) {
  // What is evaluated for the search alone has nothing to say.
  const auto trace = std::exchange(ev.onTrace, [](std::string_view) {});
  const bool found = Searcher(ev, parts).value(v);
  ev.onTrace = trace;
  return found;
}

}  // namespace fleetd::fleet
