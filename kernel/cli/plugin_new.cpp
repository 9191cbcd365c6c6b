// `fleetd plugin new`: the project of a plugin, which builds and tests outside of this tree.
#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/locate.hpp"
#include "kernel/cli/new_project.hpp"
#include "kernel/cli/plugin_files.hpp"
#include "kernel/cli/plugin_project.hpp"
#include "kernel/plugin/manifest.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

constexpr std::string_view kKinds[] = {"hello", "service", "platform", "secrets"};

struct Wanted {
  std::string id, kind, language, directory;
  bool isC() const { return language == "c"; }
};

Error wrong(std::string message, std::string hint) { return {Code::FL0903, std::move(message), std::move(hint), {}}; }

// The part of an id people say: "hello" of "org.example.hello".
std::string shortName(const std::string& id) { return id.substr(id.rfind('.') + 1); }

// What is not allowed becomes `-`; empty when nothing is left.
std::string allowedId(std::string_view text) {
  std::string out;
  for (const char c : base::toLower(text)) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (word)
      out += c;
    else if (!out.empty() && out.back() != '-' && out.back() != '.')
      out += c == '.' ? '.' : '-';
  }
  out.resize(std::min<std::size_t>(out.size(), 64));
  while (!out.empty() && (out.back() == '-' || out.back() == '.')) out.pop_back();
  return out;
}

// An id that also makes the name of a class and of an option.
bool isUsableId(std::string_view id) {
  return id.size() <= 64 && plugin::isPluginId(id) && id.find("..") == std::string_view::npos &&
         id.find(".-") == std::string_view::npos && id.find("-.") == std::string_view::npos &&
         std::isalpha(static_cast<unsigned char>(shortName(std::string(id)).front()));
}

Result<Wanted> wantedOf(Context& cx) {
  Wanted out;
  out.id = cx.args.positional(1);
  out.kind = cx.args.has("--kind") ? cx.args.value("--kind") : "hello";
  out.language = cx.args.has("--language") ? cx.args.value("--language") : "c++";
  if (out.id.empty()) return wrong("`fleetd plugin new` needs a name", "such as org.example.greeter");
  if (!isUsableId(out.id)) {
    const std::string better = allowedId(out.id);
    return wrong(fmt::format("`{}` is no name for a plugin", shownWord(out.id)),
                 isUsableId(better)
                     ? fmt::format("`{}` is one", better)
                     : "a-z, 0-9, `-` and `.` between words, with a letter after the last dot: org.example.greeter");
  }
  if (std::find(std::begin(kKinds), std::end(kKinds), out.kind) == std::end(kKinds)) {
    const std::string hint = suggestion(out.kind, {std::begin(kKinds), std::end(kKinds)});
    return wrong(fmt::format("there is no kind `{}` of plugins", shownWord(out.kind)),
                 hint.empty() ? "hello, service, platform or secrets" : hint);
  }
  if (out.language != "c" && out.language != "c++")
    return wrong(fmt::format("--language is c or c++, not `{}`", shownWord(out.language)), "");
  if (out.isC() && out.kind != "hello")
    return wrong(fmt::format("there is no project of kind {} in C", out.kind),
                 "take --language c++, or --kind hello and docs/sdk/messages.md for the documents");
  auto directory = absolutePath(cx.args.has("--into") ? cx.args.value("--into") : std::string_view(out.id));
  if (!directory) return directory.error();
  out.directory = *std::move(directory);
  return out;
}

// "my-plugin" as MyPlugin.
std::string className(const std::string& name) {
  std::string out;
  bool upper = true;
  for (const char c : name) {
    if (c == '-') {
      upper = true;
      continue;
    }
    out += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = false;
  }
  return out;
}

std::string filled(std::string_view text, const Wanted& wanted, const std::string& source) {
  const std::string name = shortName(wanted.id);
  const std::pair<std::string_view, std::string> values[] = {{"@id@", wanted.id},
                                                             {"@short@", name},
                                                             {"@name@", className(name)},
                                                             {"@class@", className(name) + "Plugin"},
                                                             {"@kind@", wanted.kind == "secrets" ? "secrets backend"
                                                                        : wanted.kind == "hello" ? "first service"
                                                                                                 : wanted.kind},
                                                             {"@source@", source},
                                                             {"@language@", wanted.isC() ? "c" : "cpp"},
                                                             {"@languageName@", wanted.isC() ? "C" : "C++"},
                                                             {"@std@", wanted.isC() ? "c_std=c11" : "cpp_std=c++20"}};
  return filledIn(text, values);
}

}  // namespace

int runPluginNew(Context& cx) {
  const auto wanted = wantedOf(cx);
  if (!wanted) return cx.fail(wanted.error());
  if (auto claimed = claimDirectory(wanted->directory, Code::FL0347, "a plugin", "name another one with --into");
      !claimed)
    return cx.fail(claimed.error());
  const std::string_view ending = wanted->isC() ? ".c" : ".cpp";
  std::string source = shortName(wanted->id) + std::string(ending);
  std::replace(source.begin(), source.end(), '-', '_');
  const std::pair<std::string, std::string> files[] = {{".gitignore", "gitignore"},
                                                       {"README.md", "readme.in"},
                                                       {"meson.build", "meson.build.in"},
                                                       {"test_plugin.py", "test_plugin.py"},
                                                       {source, wanted->kind + std::string(ending) + ".in"}};
  for (const auto& [path, text] : files)
    if (auto written = base::writeFileAtomic(wanted->directory + "/" + path, filled(pluginFile(text), *wanted, source));
        !written)
      return cx.fail(written.error());
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    json.beginObject().member("id", wanted->id).member("kind", wanted->kind).member("language", wanted->language);
    json.member("directory", wanted->directory).key("files").beginArray();
    for (const auto& file : files) json.string(file.first);
    json.endArray().endObject();
    cx.out.write("\n");
  } else if (!cx.quiet()) {
    cx.out.message(fmt::format("the plugin {} is in {}\nnext: cd there, meson setup build, meson test -C build\n",
                               wanted->id, base::sanitize(wanted->directory)));
  }
  return cx.finish();
}

}  // namespace fleetd::cli
