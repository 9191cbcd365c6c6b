// `fleetd inputs`: what flake.lock pins, and newer versions of it.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/git_commit.hpp"
#include "kernel/cli/locate.hpp"
#include "kernel/cli/operations.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/deploy/inputs.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

std::string revision(const fleet::LockNode& node) {
  return node.rev.empty() ? shorten(node.narHash, 19) : node.rev.substr(0, 12);
}
std::string day(const fleet::LockNode& node) {
  return node.lastModified > 0 ? timeText(node.lastModified).substr(0, 10) : "";
}

Result<fleet::Lock> lockOf(const std::string& root) {
  const std::string path = root + "/flake.lock";
  if (!base::isRegularFile(root + "/flake.nix"))
    return Error{Code::FL0501, "only a flake has inputs, and there is no flake.nix", "", {}};
  if (base::fileType(path) == base::FileType::Missing)
    return fleet::Lock::parse(R"({"nodes":{"root":{}},"root":"root","version":7})", path);
  auto text = base::readFile(path);
  if (!text) return text.error();
  return fleet::Lock::parse(*text, path);
}

void writeNode(base::JsonWriter& json, std::string_view name, const fleet::LockNode& node) {
  json.key(name);
  if (node.key.empty()) {
    json.null();
    return;
  }
  json.beginObject().member("source", node.identity).key("rev");
  node.rev.empty() ? json.null() : json.string(node.rev);
  json.member("narHash", node.narHash).key("lastModified").integer(node.lastModified).endObject();
}

int list(Context& cx, const fleet::Lock& lock) {
  const auto inputs = deploy::pinnedInputs(lock);
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    json.beginArray();
    for (const auto& one : inputs) {
      json.beginObject().member("name", one.name);
      writeNode(json, "locked", one.node);
      json.endObject();
    }
    json.endArray();
    cx.out.write("\n");
    return cx.finish();
  }
  TextTable table({{"INPUT"}, {"REVISION"}, {"DATE"}, {"SOURCE", false, 20, 1}});
  for (const auto& one : inputs)
    table.add({{one.name, one.name.find('/') == std::string::npos ? kBold : kDim},
               {revision(one.node)},
               {day(one.node)},
               {one.node.identity}});
  if (!table.empty()) cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
  if (inputs.empty() && !cx.quiet()) cx.out.message("no input is locked; `nix flake lock` locks those of flake.nix\n");
  return cx.finish();
}

std::string sentence(const deploy::InputChange& one) {
  if (one.before.key.empty()) return fmt::format("{}: {} ({}), new", one.name, revision(one.after), day(one.after));
  if (one.after.key.empty()) return fmt::format("{}: {} ({}), gone", one.name, revision(one.before), day(one.before));
  return fmt::format("{}: {} ({}) → {} ({})", one.name, revision(one.before), day(one.before), revision(one.after),
                     day(one.after));
}

int update(Context& cx, const std::string& root, const fleet::Lock& before) {
  const std::vector<std::string> names(cx.args.positionals.begin() + 1, cx.args.positionals.end());
  std::vector<std::string_view> known;
  for (const auto& [name, ignored] : before.root().inputs) known.push_back(name);
  for (const auto& name : names)
    if (!before.root().inputs.contains(name))
      return cx.fail({Code::FL0903,
                      fmt::format("the flake has no locked input `{}`", shownWord(name)),
                      suggestion(name, known),
                      {}});
  if (auto updated = deploy::updateInputs(root, names); !updated) return cx.fail(updated.error());
  const auto after = lockOf(root);
  if (!after) return cx.fail(after.error());
  const auto changes = deploy::inputChanges(before, *after);
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    json.beginArray();
    for (const auto& one : changes) {
      json.beginObject().member("name", one.name);
      writeNode(json, "before", one.before);
      writeNode(json, "after", one.after);
      json.endObject();
    }
    json.endArray();
    cx.out.write("\n");
  } else {
    for (const auto& one : changes) cx.out.write(base::sanitize(sentence(one)) + "\n");
    if (changes.empty() && !cx.quiet()) cx.out.message("everything is as new as it can be\n");
  }
  if (cx.args.has("--commit") && !changes.empty()) {
    std::string message = "flake.lock: newer inputs\n";
    for (const auto& one : changes) message += "\n" + sentence(one);
    if (auto done = gitCommit(root, {"flake.lock"}, message, true); !done) cx.diagnostics.add(done.error());
  }
  return cx.finish();
}

}  // namespace

int runInputs(Context& cx) {
  const auto root = locateFleet(cx.args.value("--fleet"), cx.args.has("--fleet"));
  if (!root) return cx.fail(root.error());
  const auto lock = lockOf(*root);
  if (!lock) return cx.fail(lock.error());
  const std::string_view verb = cx.args.positionals.empty() ? "list" : cx.args.positional(0);
  if (verb == "update") return update(cx, *root, *lock);
  if (verb == "list" && cx.args.positionals.size() <= 1) return list(cx, *lock);
  return cx.fail({Code::FL0903,
                  verb == "list" ? std::string("`fleetd inputs list` takes no name")
                                 : fmt::format("unknown verb `{}`", shownWord(verb)),
                  "the verbs are list and update",
                  {}});
}

}  // namespace fleetd::cli
