// Schema documents and rendered files.
#include "kernel/plugin/documents.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fleet/cxx/type_codec.hpp>
#include <fleet/cxx/value_codec.hpp>
#include <fleet/cxx/view_codec.hpp>

#include "kernel/base/text.hpp"
#include "kernel/bus/errors.hpp"
#include "kernel/bus/prescan.hpp"
#include "kernel/plugin/failure.hpp"

namespace fleetd::plugin {

namespace {

constexpr std::size_t kMaxFilePath = 1024;

Error named(const Manifest& manifest, Error error) {
  error.message = fmt::format("plugin `{}`: {}", manifest.id, error.message);
  return error;
}

// Each path once; a path below another option would be two declarations for one value.
Result<void> checkOptions(const std::vector<sdk::OptionDecl>& options) {
  std::set<sdk::Path> seen;
  for (const auto& option : options) {
    const auto text = sdk::formatPath(option.path);
    if (!seen.insert(option.path).second)
      return fail(Code::FL0313, fmt::format("it declares the option `{}` twice", text));
    for (const auto& name : option.path)
      if (name.find('\0') != std::string::npos) return fail(Code::FL0310, "a name in a path holds a NUL byte");
    if (text.size() > FLEET_MAX_PATH) return fail(Code::FL0311, "an option path is too long");
  }
  for (const auto& path : seen) {
    for (auto above = path; above.size() > 1;) {
      above.pop_back();
      if (seen.contains(above))
        return fail(Code::FL0313, fmt::format("it declares `{}` inside of its option `{}`", sdk::formatPath(path),
                                              sdk::formatPath(above)));
    }
  }
  return {};
}

}  // namespace

Result<Schema> decodeSchema(const Manifest& manifest, std::string_view bytes) {
  if (auto scanned = bus::prescan(bytes); !scanned) return named(manifest, std::move(scanned).error());
  auto schema = sdk::parseSchema(bytes);
  if (!schema) return named(manifest, bus::fromReader(schema.error(), "its schema"));
  if (!schema->options.empty() && !manifest.optionRoot)
    return named(manifest, fail(Code::FL0313, "it declares options, but its manifest has no `option_root`"));
  if (auto checked = checkOptions(schema->options); !checked) return named(manifest, std::move(checked).error());
  std::set<std::string> roles;
  for (const auto& role : schema->roles) {
    if (!roles.insert(role.name).second)
      return named(manifest, fail(Code::FL0313, fmt::format("it declares the role `{}` twice", role.name)));
    if (auto checked = checkOptions(role.settings); !checked) return named(manifest, std::move(checked).error());
  }
  return *std::move(schema);
}

Result<Exports> decodeExports(const Manifest& manifest, const Schema& schema, std::string_view bytes) {
  if (auto scanned = bus::prescan(bytes); !scanned) return named(manifest, std::move(scanned).error());
  auto exports = sdk::parseExports(bytes);
  if (!exports) return named(manifest, bus::fromReader(exports.error(), "its exports"));
  const std::string& service = schema.service.empty() ? manifest.id : schema.service;
  for (const auto& [scope, interfaces] : *exports) {
    const auto parts = base::split(scope, ':');
    if (parts.size() != 4 || parts[0] != service)
      return named(manifest, fail(Code::FL0325, fmt::format("the scope `{}` is not one of the service `{}`",
                                                            base::sanitize(scope.substr(0, 200)), service)));
    for (const auto& [interface, value] : interfaces)
      if (std::find(schema.exports.begin(), schema.exports.end(), interface) == schema.exports.end())
        return named(manifest, fail(Code::FL0325, fmt::format("its schema does not list the interface `{}`",
                                                              base::sanitize(interface.substr(0, 200)))));
  }
  return *std::move(exports);
}

bool isRelativePath(std::string_view path) {
  if (path.empty() || path.size() > kMaxFilePath || base::invalidUtf8At(path)) return false;
  if (std::any_of(path.begin(), path.end(),
                  [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127 || c == '\\'; }))
    return false;
  const auto parts = base::split(path, '/');
  return std::all_of(parts.begin(), parts.end(),
                     [](std::string_view part) { return !part.empty() && part != "." && part != ".."; });
}

Result<std::vector<std::string>> decodeSealed(const Manifest& manifest, std::string_view bytes, std::size_t count) {
  if (auto scanned = bus::prescan(bytes); !scanned) return named(manifest, std::move(scanned).error());
  const auto read = [&]() -> sdk::Result<std::vector<std::string>> {
    sdk::Reader in(bytes);
    FLEET_TRY_ASSIGN(const auto size, in.array());
    if (size != count) return sdk::malformed("it has not as many values as were asked for");
    std::vector<std::string> out;
    for (std::size_t i = 0; i < count; ++i) {
      FLEET_TRY_ASSIGN(const auto sealed, in.bin());
      if (sealed.empty()) return sdk::malformed("a sealed value is empty");
      out.emplace_back(sealed);
    }
    if (!in.done()) return sdk::malformed("bytes after the end");
    return out;
  };
  auto sealed = read();
  if (!sealed) return named(manifest, bus::fromReader(sealed.error(), "its sealed values"));
  return *std::move(sealed);
}

Result<std::map<std::string, PluginValue>> decodeFacts(const Manifest& manifest, const FleetDocument& fleet,
                                                       std::string_view bytes) {
  if (auto scanned = bus::prescan(bytes); !scanned) return named(manifest, std::move(scanned).error());
  auto value = sdk::parseValue(bytes);
  if (!value) return named(manifest, bus::fromReader(value.error(), "its facts"));
  const auto* machines = value->get<sdk::Attrs>();
  if (!machines) return named(manifest, fail(Code::FL0310, "its facts are no map"));
  std::map<std::string, PluginValue> out;
  for (const auto& [name, facts] : *machines) {
    const auto shown = base::sanitize(name.substr(0, 200));
    if (!fleet.hasMachine(name))
      return named(manifest, fail(Code::FL0893, fmt::format("it tells facts about `{}`, which is no machine", shown)));
    if (!facts.get<sdk::Attrs>())
      return named(manifest, fail(Code::FL0893, fmt::format("its facts about `{}` are no map", shown)));
    out.emplace(name, facts);
  }
  return out;
}

Result<std::vector<RenderedFile>> decodeFiles(const Manifest& manifest, std::string_view bytes) {
  if (auto scanned = bus::prescan(bytes); !scanned) return named(manifest, std::move(scanned).error());
  sdk::Reader in(bytes);
  auto files = sdk::readRenderedFiles(in);
  if (!files) return named(manifest, bus::fromReader(files.error(), "its files"));
  std::sort(files->begin(), files->end(), [](const RenderedFile& a, const RenderedFile& b) { return a.path < b.path; });
  std::set<std::string_view> paths;
  for (const auto& file : *files) {
    if (!isRelativePath(file.path))
      return named(manifest, fail(Code::FL0319, fmt::format("the file path `{}` is not relative and normalised",
                                                            base::sanitize(file.path.substr(0, 200)))));
    if (!paths.insert(file.path).second)
      return named(manifest, fail(Code::FL0319, fmt::format("the file `{}` comes twice", file.path)));
  }
  for (const std::string_view path : paths) {
    for (auto slash = path.rfind('/'); slash != std::string_view::npos && slash > 0;
         slash = path.rfind('/', slash - 1)) {
      if (paths.contains(path.substr(0, slash)))
        return named(manifest, fail(Code::FL0319, fmt::format("`{}` cannot be a file and the directory of `{}`",
                                                              path.substr(0, slash), path)));
    }
  }
  return *std::move(files);
}

}  // namespace fleetd::plugin
