// Counting what plugins do, and keeping it as JSON.
#include "kernel/plugin/touched.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fleet/cxx/path.hpp>

#include "kernel/base/json.hpp"
#include "kernel/base/text.hpp"

namespace fleetd::plugin {

namespace {

using base::Code;

// Everything a value refers to.
class Reader {
 public:
  Reader(Touched& out, std::uint64_t times) : out_(out), times_(times) {}

  void value(const sdk::Value& value) {
    if (const auto* list = value.get<sdk::List>()) {
      for (const auto& item : *list) this->value(item);
    } else if (const auto* attrs = value.get<sdk::Attrs>()) {
      for (const auto& attr : *attrs) this->value(attr.value);
    } else if (const auto* ref = value.get<sdk::Ref>()) {
      out_.reads.add(sdk::formatPath(ref->path), times_);
    } else if (const auto* text = value.get<sdk::Text>()) {
      for (const auto& part : text->parts) this->value(part);
    } else if (value.get<sdk::Expr>()) {
      out_.expressions += times_;
    } else if (const auto* package = value.get<sdk::Package>()) {
      out_.packages.add(package->attribute, times_);
    } else if (const auto* secret = value.secret()) {
      out_.secrets.add(fmt::format("{}{}{}/{}", secret->machine, secret->machine.empty() ? "" : ":", secret->generator,
                                   secret->file),
                       times_);
    } else if (const auto* property = value.property()) {
      if (property->kind == sdk::Property::Kind::conditional) condition(property->condition);
      for (const auto& item : property->content) this->value(item);
    }
  }

  void condition(const sdk::Cond& condition) {
    if (condition.op == sdk::Cond::Op::isTrue || condition.op == sdk::Cond::Op::equals)
      out_.reads.add(sdk::formatPath(condition.path), times_);
    for (const auto& arg : condition.args) this->condition(arg);
  }

 private:
  Touched& out_;
  const std::uint64_t times_;
};

struct Field {
  const char* name;
  Tally Touched::*tally;
};
constexpr Field kFields[] = {
    {"calls", &Touched::calls},       {"hosts", &Touched::hosts},     {"writes", &Touched::writes},
    {"reads", &Touched::reads},       {"secrets", &Touched::secrets}, {"packages", &Touched::packages},
    {"exports", &Touched::exports},   {"files", &Touched::files},     {"published", &Touched::published},
    {"received", &Touched::received}, {"refused", &Touched::refused},
};

// How often names came that were not kept; no name of anything begins so.
constexpr std::string_view kMore = "...";

std::uint64_t countOf(const base::Json& json) {
  const auto* number = json.asInt();
  return number && *number > 0 ? static_cast<std::uint64_t>(*number) : 0;
}

}  // namespace

void Tally::add(std::string_view name, std::uint64_t times) {
  if (name.size() > kMaxName) name = name.substr(0, kMaxName);
  if (const auto known = names_.find(name); known != names_.end())
    known->second += times;
  else if (names_.size() < kMost)
    names_.emplace(base::sanitize(name), times);
  else
    more_ += times;
}

void Touched::take(const Fragment& fragment, std::uint64_t times) {
  Reader reader(*this, times);
  for (const auto& definition : fragment.definitions) {
    writes.add(sdk::formatPath(definition.path), times);
    if (definition.condition) reader.condition(*definition.condition);
    reader.value(definition.value);
  }
}

void Touched::refuse(const Error& error) {
  refused.add(fmt::format("{} {}", base::info(error.code).id, error.message));
}

void writeTouched(base::JsonWriter& json, const Touched& touched) {
  json.member("command", touched.command).member("at", touched.at);
  json.member("version", touched.version).member("file", touched.file);
  for (const auto& field : kFields) {
    const Tally& tally = touched.*field.tally;
    json.key(field.name).beginObject();
    for (const auto& [name, times] : tally.names()) json.key(name).unsignedInteger(times);
    if (tally.more() > 0) json.key(kMore).unsignedInteger(tally.more());
    json.endObject();
  }
  json.key("expressions").unsignedInteger(touched.expressions);
}

Result<Touched> readTouched(std::string_view text) {
  base::JsonLimits limits;
  limits.maxBytes = 16u << 20;
  limits.maxDepth = 4;
  FLEETD_TRY_ASSIGN(const auto json, base::parseJson(text, limits));
  if (!json.asObject()) return Error{Code::FL0006, "the record of a plugin's run is no object", "", {}};
  Touched out;
  out.command = base::sanitize(json.stringOr("command", ""));
  out.version = base::sanitize(json.stringOr("version", ""));
  out.file = base::sanitize(json.stringOr("file", ""));
  if (const auto* at = json.find("at"); at && at->asInt()) out.at = *at->asInt();
  if (const auto* number = json.find("expressions")) out.expressions = countOf(*number);
  for (const auto& field : kFields) {
    const auto* set = json.find(field.name);
    if (!set || !set->asObject()) continue;
    Tally& tally = out.*field.tally;
    for (const auto& [name, times] : *set->asObject()) {
      if (name == kMore)
        tally.more_ += countOf(times);
      else
        tally.add(name, countOf(times));
    }
  }
  return out;
}

}  // namespace fleetd::plugin
