// New machines from templates of the fleet and of its inputs.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/suggest.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/machines.hpp"
#include "kernel/fleet/intrinsics.hpp"
#include "kernel/lang/source_path.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using lang::Tag;
using lang::Value;

constexpr int kDeepest = 16;
constexpr std::size_t kMostFiles = 1000;
constexpr std::uint64_t kLargest = 4u << 20;

Error unknown(const std::string& what, std::string hint) { return Error{Code::FL0630, what, std::move(hint), {}}; }

// Members of a set on the way; null when one is missing, the last value otherwise.
Value below(lang::Evaluator& ev, Value set, std::initializer_list<std::string_view> names) {
  for (const auto name : names) {
    set = ev.force(set);
    if (!set.is(Tag::Attrs)) return set.isError() || set.isUnknown() ? set : Value::null();
    const lang::Attr* attr = set.attrs->find(ev.symbol(name));
    if (!attr) return Value::null();
    set = attr->value;
  }
  return ev.force(set);
}

std::vector<std::string> namesOf(lang::Evaluator& ev, Value set) {
  std::vector<std::string> out;
  if (set.is(Tag::Attrs))
    for (const lang::Attr* attr : ev.sortedByName(set.attrs)) out.emplace_back(ev.text(attr->name));
  return out;
}

// Copies files, whatever their permissions were.
class Copy {
 public:
  Copy(InventoryChange& change, std::string to) : change_(change), to_(std::move(to)) {}

  Result<void> directory(const std::string& from, const std::string& below, int depth) {
    if (depth > kDeepest) return refused(from, "is too deep");
    FLEETD_TRY_ASSIGN(const auto entries, base::listDir(from));
    for (const base::DirEntry& entry : entries) {
      const std::string path = from + "/" + entry.name, name = below + entry.name;
      if (entry.type == base::FileType::Directory) {
        FLEETD_TRY(directory(path, name + "/", depth + 1));
        continue;
      }
      if (entry.type != base::FileType::Regular) return refused(path, "is neither a file nor a folder");
      if (++files_ > kMostFiles) return refused(from, fmt::format("has more than {} files", kMostFiles));
      const auto bytes = base::readFile(path, kLargest);
      if (!bytes) return refused(path, bytes.error().message);
      FLEETD_TRY(change_.create(to_ + name, *bytes));
    }
    return {};
  }
  std::size_t files() const { return files_; }

  static Error refused(const std::string& path, const std::string& why) {
    return Error{Code::FL0631, fmt::format("{} {}", path, why), "change the template; nothing was written", {}};
  }

 private:
  InventoryChange& change_;
  std::string to_;
  std::size_t files_ = 0;
};

// The set of templates that a source offers.
Result<Value> templatesOf(lang::Evaluator& ev, Value clan, const std::string& source) {
  if (source.empty() || source == "." || source == "self") return below(ev, clan, {"templates", "machine"});
  const Value inputs = below(ev, clan, {"self", "inputs"});
  const Value input = below(ev, inputs, {source});
  if (input.is(Tag::Null)) {
    const auto names = namesOf(ev, inputs);
    std::string hint = suggestion(source, {names.begin(), names.end()});
    if (hint.empty()) hint = "`fleetd inputs` lists the inputs";
    return unknown(fmt::format("the flake has no input `{}`", shownWord(source)), std::move(hint));
  }
  const Value out = below(ev, input, {"clan", "templates", "machine"});
  if (out.isUnknown() || input.isUnknown())
    return unknown(fmt::format("the source of the input {} is not on this machine", source),
                   fmt::format("fetch it with `nix flake archive`, or copy the template into the fleet"));
  if (out.isError()) return Error{Code::FL0630, ev.diagnostic(*out.error).message, "", {}};
  return out;
}

}  // namespace

Result<void> createFromTemplate(Context& cx, InventoryChange& change, const std::string& reference,
                                const std::string& machine) {
  const auto hash = reference.find('#');
  if (hash == std::string::npos)
    return unknown(fmt::format("fleetd has no template `{}`", shownWord(reference)),
                   "new-machine comes with fleetd; `.#NAME` is one of this fleet, `INPUT#NAME` one of an input");
  if (reference.find('#', hash + 1) != std::string::npos)
    return unknown(fmt::format("`{}` has more than one #", shownWord(reference)), "write INPUT#NAME");
  const std::string source = reference.substr(0, hash), name = reference.substr(hash + 1);
  fleet::Fleet& fleet = cx.workspace().fleet();
  lang::Evaluator& ev = fleet.evaluator();
  const Value clan = below(ev, fleet.intrinsics().clan, {"clan"});
  FLEETD_TRY_ASSIGN(const Value templates, templatesOf(ev, clan, source));
  const Value found = below(ev, templates, {name});
  const std::string whose = source.empty() || source == "." || source == "self" ? "this fleet" : "the input " + source;
  if (!found.is(Tag::Attrs)) {
    if (found.isError()) return Error{Code::FL0630, ev.diagnostic(*found.error).message, "", {}};
    const auto names = namesOf(ev, templates);
    std::string hint = suggestion(name, {names.begin(), names.end()});
    if (hint.empty() && !names.empty()) hint = "there are: " + base::join(names, ", ");
    if (hint.empty()) hint = "templates are in `clan.templates.machine.<name>.path`";
    return unknown(fmt::format("{} has no template `{}` for machines", whose, shownWord(name)), std::move(hint));
  }
  const auto path = lang::sourcePath(ev, below(ev, found, {"path"}));
  if (!path || !base::isDirectory(*path))
    return unknown(fmt::format("the template {} of {} is no directory that is here", name, whose),
                   "`path` of a template is a directory");
  Copy copy(change, "machines/" + machine + "/");
  FLEETD_TRY(copy.directory(*path, "", 0));
  if (copy.files() == 0) return Copy::refused(*path, "is empty");
  return {};
}

}  // namespace fleetd::cli
