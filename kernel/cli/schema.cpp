// `fleetd schema`: lists of the platforms' options.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/suggest.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/schema_sync.hpp"
#include "kernel/fleet/configuration.hpp"
#include "kernel/fleet/schema_list.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using fleet::Schema;
namespace flag = fleet::option_flag;

bool isClass(std::string_view name) {
  return std::find(std::begin(fleet::kSchemaClasses), std::end(fleet::kSchemaClasses), name) !=
         std::end(fleet::kSchemaClasses);
}

int report(Context& cx, const std::vector<StoredSchema>& stored) {
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    json.beginArray();
    for (const auto& one : stored) {
      json.beginObject().member("class", one.klass).key("options").unsignedInteger(one.options);
      json.member("path", one.path).endObject();
    }
    json.endArray();
    cx.out.write("\n");
  } else if (!cx.quiet()) {
    for (const auto& one : stored) cx.out.write(fmt::format("{}: {} options\n", one.klass, one.options));
    if (stored.empty()) cx.out.message("there are no hosts to ask\n");
  }
  return cx.finish();
}

int import(Context& cx, const std::string& path) {
  const std::string klass(cx.args.value("--class"));
  if (klass.empty()) return cx.fail({Code::FL0903, "`fleetd schema import` needs --class", "", {}});
  const auto text = base::readFile(path, std::uint64_t{256} << 20);
  if (!text) return cx.fail(text.error());
  auto entries = fleet::parseOptionList(*text);
  if (!entries) return cx.fail(entries.error());
  fleet::SchemaContent content;
  content.entries = *std::move(entries);
  content.key = base::blake2b(*text);
  const auto stored = storeSchema(cx, klass, std::move(content));
  if (!stored) return cx.fail(stored.error());
  return report(cx, {*stored});
}

struct Shown {
  std::string klass;
  Schema::Option option;
  bool there = false;  // false: only names below
  std::vector<std::string_view> names;
};

void print(Context& cx, const std::string& path, const Shown& one) {
  cx.out.write(fmt::format("{}  {}\n", cx.out.styled(kBold, base::sanitize(path)), cx.out.styled(kDim, one.klass)));
  const auto line = [&](std::string_view name, std::string_view text) {
    if (!text.empty()) cx.out.write(fmt::format("  {}: {}\n", name, base::sanitize(text)));
  };
  if (one.there) {
    line("type", one.option.type);
    line("default", one.option.defaultText);
    line("renamed to", one.option.renamedTo);
    if (one.option.flags & flag::kReadOnly) cx.out.write("  read-only\n");
    if (one.option.flags & flag::kInternal) cx.out.write("  internal\n");
    if (one.option.flags & flag::kDefined) cx.out.write("  defined by the platform itself\n");
    for (const auto text : base::split(one.option.description, '\n'))
      cx.out.write(text.empty() ? "\n" : fmt::format("  {}\n", base::sanitize(text)));
  }
  for (const auto name : one.names) cx.out.write(fmt::format("  .{}\n", base::sanitize(name)));
}

void write(Context& cx, base::JsonWriter& json, const std::string& path, const Shown& one) {
  json.beginObject().member("path", path).member("class", one.klass);
  if (one.there) {
    json.member("type", one.option.type).key("default");
    if (one.option.flags & flag::kHasDefault)
      json.string(one.option.defaultText);
    else
      json.null();
    json.member("description", one.option.description).member("renamedTo", one.option.renamedTo);
    for (const auto& [name, bit] : {std::pair{"internal", flag::kInternal},
                                    {"readOnly", flag::kReadOnly},
                                    {"hidden", flag::kHidden},
                                    {"definedByPlatform", flag::kDefined}})
      json.key(name).boolean((one.option.flags & bit) != 0);
  }
  json.key("names").beginArray();
  for (const auto name : one.names) json.string(name);
  json.endArray().endObject();
  static_cast<void>(cx);
}

// "did you mean" among the names where the path leaves the schema.
std::string suggestionFor(const Schema& schema, const std::vector<std::string>& parts, const Schema::Lookup& found) {
  if (found.known >= parts.size()) return {};
  return base::didYouMean(base::nearestNames(parts[found.known], schema.names(found.node), 3, 3));
}

int show(Context& cx, const std::string& path) {
  const auto parts = fleet::parseOptionPath(path);
  if (!parts) return cx.fail(parts.error());
  const std::vector<std::string_view> names(parts->begin(), parts->end());
  std::vector<Shown> shown;
  bool any = false;
  std::string hint;
  for (const std::string_view klass : fleet::kSchemaClasses) {
    if (cx.args.has("--class") && cx.args.value("--class") != klass) continue;
    const Schema* schema = cx.schemas().of(klass, cx.diagnostics);
    if (!schema) continue;
    any = true;
    const auto found = schema->findInside(names);
    if (found.found == Schema::Found::Missing) {
      if (hint.empty()) hint = suggestionFor(*schema, *parts, found);
      continue;
    }
    const auto option = schema->option(found.node);
    shown.push_back(
        {std::string(klass), option.value_or(Schema::Option{}), option.has_value(), schema->names(found.node)});
  }
  if (!any)
    return cx.fail({Code::FL0563,
                    "there is no schema",
                    "`fleetd schema sync` or `fleetd schema import FILE --class CLASS` makes one",
                    {}});
  if (shown.empty())
    return cx.fail({Code::FL0420, fmt::format("no schema has an option `{}`", path), std::move(hint), {}});
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    json.beginArray();
    for (const Shown& one : shown) write(cx, json, path, one);
    json.endArray();
    cx.out.write("\n");
  } else {
    for (const Shown& one : shown) print(cx, path, one);
  }
  return cx.finish();
}

}  // namespace

int runSchema(Context& cx) {
  const std::string_view verb = cx.args.positional(0);
  if (verb != "import" && verb != "sync" && verb != "show")
    return cx.fail({Code::FL0903,
                    fmt::format("unexpected argument `{}`", shownWord(verb)),
                    "`import FILE`, `sync` or `show PATH`",
                    {}});
  if (const std::string_view klass = cx.args.value("--class"); !klass.empty() && !isClass(klass))
    return cx.fail({Code::FL0903,
                    fmt::format("--class {}: there is no such class", shownWord(klass)),
                    "nixos, darwin or home",
                    {}});
  if ((cx.args.positionals.size() > 1) == (verb == "sync"))
    return cx.fail({Code::FL0903,
                    verb == "sync" ? "`fleetd schema sync` takes no further word"
                                   : fmt::format("`fleetd schema {}` needs a word more", verb),
                    "`import FILE`, `sync` or `show PATH`",
                    {}});
  const auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  if (verb == "import") return import(cx, std::string(cx.args.positional(1)));
  if (verb == "show") return show(cx, std::string(cx.args.positional(1)));
  const auto stored = syncSchemas(cx);
  return stored ? report(cx, *stored) : cx.fail(stored.error());
}

}  // namespace fleetd::cli
