// Reading channels.json with bounds, and listing the directory of packages.
#include "kernel/fleet/channels.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/fleet/json_place.hpp"

namespace fleetd::fleet {

namespace {

using base::Code;
using base::Json;
using Path = std::vector<std::string>;

constexpr std::size_t kMostPackages = 10'000;

bool isInsidePath(std::string_view path) {
  if (path.empty() || path.size() > 1024 || path.find('\0') != std::string_view::npos) return false;
  for (const auto part : base::split(path, '/'))
    if (part.empty() || part == "." || part == "..") return false;
  return true;
}

// Other tools have files of this name: ours is an empty object, or has one of our members with what it holds.
bool isOurs(const Json& json) {
  const auto* object = json.asObject();
  if (!object) return false;
  return object->empty() || std::any_of(object->begin(), object->end(), [](const Json::Member& member) {
           const auto& [name, value] = member;
           if (name == "channels" || name == "fallbacks" || name == "patches") return value.asObject() != nullptr;
           if (name == "overlays") return value.asArray() != nullptr;
           return name == "packages" && value.asString() != nullptr;
         });
}

class Reader {
 public:
  Reader(const std::string& root, const base::SourceFile& file, base::Diagnostics& diagnostics)
      : root_(root), file_(file), diagnostics_(diagnostics) {}

  std::optional<Channels> read() {
    std::size_t failedAt = 0;
    base::JsonLimits limits;
    limits.duplicateKeys = base::DuplicateKeys::Refuse;
    const auto json = base::parseJson(file_.text, limits, &failedAt);
    if (!json) {
      const auto at = file_.base + static_cast<base::Pos>(std::min(failedAt, file_.text.size()));
      refuse({at, at}, json.error().message);
      return std::nullopt;
    }
    if (!isOurs(*json)) {
      diagnostics_.add(Error{Code::FL0843,
                             "this file is not read: nothing in it is meant for fleetd",
                             "members are channels, fallbacks, packages, overlays and patches",
                             {file_.base, file_.base + 1}});
      return std::nullopt;
    }
    for (const auto& [name, value] : *json->asObject()) {
      if (name == "channels") {
        channels(value);
      } else if (name == "fallbacks") {
        fallbacks(value);
      } else if (name == "packages") {
        packages(value);
      } else if (name == "overlays") {
        for (auto& one : files({name}, value)) out_.overlays.push_back(std::move(one));
      } else if (name == "patches") {
        patches(value);
      } else {
        refuse(placeOf({name}), fmt::format("unknown member `{}`", base::sanitize(name)),
               "members are channels, fallbacks, packages, overlays and patches");
      }
    }
    known();
    if (bad_) return std::nullopt;
    std::sort(out_.channels.begin(), out_.channels.end(), [](auto& a, auto& b) { return a.name < b.name; });
    std::sort(out_.fallbacks.begin(), out_.fallbacks.end(),
              [](auto& a, auto& b) { return std::tie(a.package, a.platform) < std::tie(b.package, b.platform); });
    std::sort(out_.packages.begin(), out_.packages.end(), [](auto& a, auto& b) { return a.name < b.name; });
    std::sort(out_.patches.begin(), out_.patches.end(), [](auto& a, auto& b) { return a.package < b.package; });
    return std::move(out_);
  }

 private:
  Span placeOf(const Path& path) const {
    const auto range = jsonPlace(file_.text, path);
    if (!range) return {file_.base, file_.base};
    return {file_.base + static_cast<base::Pos>(range->begin), file_.base + static_cast<base::Pos>(range->end)};
  }
  void refuse(Span place, std::string message, std::string hint = {}) {
    bad_ = true;
    diagnostics_.add(Error{Code::FL0834, std::move(message), std::move(hint), place});
  }

  const Json::Object* object(const Path& path, const Json& value) {
    if (const auto* members = value.asObject()) return members;
    refuse(placeOf(path), fmt::format("`{}` is an object", base::sanitize(base::join(path, "."))));
    return nullptr;
  }
  std::string text(const Path& path, const Json& value) {
    if (const auto* words = value.asString()) return *words;
    refuse(placeOf(path), fmt::format("`{}` is a text", base::sanitize(base::join(path, "."))));
    return {};
  }
  // Paths of regular files of the fleet.
  std::vector<NamedFile> files(const Path& path, const Json& value) {
    std::vector<NamedFile> out;
    const auto* items = value.asArray();
    if (!items) refuse(placeOf(path), fmt::format("`{}` is a list of paths", base::sanitize(base::join(path, "."))));
    for (std::size_t i = 0; items && i < items->size(); ++i) {
      Path at = path;
      at.push_back(std::to_string(i));
      NamedFile one{{}, text(at, (*items)[i]), placeOf(at)};
      if (one.path.empty()) continue;
      if (!isInsidePath(one.path))
        refuse(one.place, fmt::format("`{}` is no path inside the fleet", base::sanitize(one.path)));
      else if (!base::isRegularFile(root_ + "/" + one.path))
        refuse(one.place, fmt::format("there is no file {}", base::sanitize(one.path)));
      out.push_back(std::move(one));
    }
    return out;
  }
  std::vector<std::string> paths(const Path& path, const Json& value) {
    std::vector<std::string> out;
    for (auto& one : files(path, value)) out.push_back(std::move(one.path));
    return out;
  }

  void channels(const Json& value) {
    const auto* members = object({"channels"}, value);
    for (std::size_t i = 0; members && i < members->size(); ++i) {
      const auto& [name, one] = (*members)[i];
      const Path path{"channels", name};
      Channel channel{name, {}, {}, placeOf(path)};
      if (!isPackageName(name)) refuse(channel.place, fmt::format("`{}` is no name", base::sanitize(name)));
      const auto* fields = object(path, one);
      for (std::size_t k = 0; fields && k < fields->size(); ++k) {
        const auto& [field, content] = (*fields)[k];
        const Path at{"channels", name, field};
        if (field == "input")
          channel.input = text(at, content);
        else if (field == "patches")
          channel.patches = paths(at, content);
        else
          refuse(placeOf(at), fmt::format("a channel has `input` and `patches`, not `{}`", base::sanitize(field)));
      }
      if (channel.input.empty())
        refuse(channel.place, fmt::format("the channel {} does not say which flake input it is", base::sanitize(name)),
               "\"input\": \"nixpkgs-stable\"");
      out_.channels.push_back(std::move(channel));
    }
  }

  void fallbacks(const Json& value) {
    const auto* members = object({"fallbacks"}, value);
    for (std::size_t i = 0; members && i < members->size(); ++i) {
      const auto& [package, platforms] = (*members)[i];
      if (!isPackageName(package))
        refuse(placeOf({"fallbacks", package}), fmt::format("`{}` is no name of a package", base::sanitize(package)),
               "a fallback is for one attribute of the package set, without dots");
      const auto* each = object({"fallbacks", package}, platforms);
      for (std::size_t k = 0; each && k < each->size(); ++k) fallback(package, (*each)[k].first, (*each)[k].second);
    }
  }
  void fallback(const std::string& package, const std::string& platform, const Json& value) {
    const Path path{"fallbacks", package, platform};
    Fallback out;
    out.package = package;
    out.platform = platform;
    out.place = placeOf(path);
    if (!isPlatform(platform))
      refuse(out.place, fmt::format("`{}` is no platform", base::sanitize(platform)),
             "all, linux, darwin, or a system such as aarch64-darwin");
    const std::pair<std::string_view, std::string*> fields[] = {{"channel", &out.channel}, {"reason", &out.reason},
                                                                {"link", &out.link},       {"since", &out.since},
                                                                {"until", &out.until},     {"fixed", &out.fixed}};
    const auto* members = object(path, value);
    for (std::size_t i = 0; members && i < members->size(); ++i) {
      const auto& [name, content] = (*members)[i];
      const Path at{"fallbacks", package, platform, name};
      const auto* field =
          std::find_if(std::begin(fields), std::end(fields), [&, key = name](auto& f) { return f.first == key; });
      if (field == std::end(fields)) {
        refuse(placeOf(at), fmt::format("a fallback has no member `{}`", base::sanitize(name)),
               "members are channel, reason, link, since, until and fixed");
        continue;
      }
      *field->second = text(at, content);
      const bool date = name == "since" || name == "until" || name == "fixed";
      if (date && !field->second->empty() && !isDate(*field->second))
        refuse(placeOf(at), fmt::format("`{}` is no date", base::sanitize(*field->second)), "as 2026-05-01");
    }
    if (out.reason.empty())
      refuse(out.place, fmt::format("the fallback of {} does not say why", base::sanitize(package)),
             "\"reason\": \"does not build since …\"");
    if (out.channel.empty())
      refuse(out.place, fmt::format("the fallback of {} does not say from which channel", base::sanitize(package)));
    out_.fallbacks.push_back(std::move(out));
  }

  // NAME.nix, NAME/package.nix, NAME/default.nix, and the same one directory deeper, as by-name has it.
  void packages(const Json& value) {
    const std::string directory = text({"packages"}, value);
    packagesPlace_ = placeOf({"packages"});
    if (directory.empty()) return;
    if (!isInsidePath(directory) || !base::isDirectory(root_ + "/" + directory))
      return refuse(packagesPlace_, fmt::format("there is no directory {}", base::sanitize(directory)));
    list(directory, true);
  }
  void list(const std::string& directory, bool deeper) {
    const auto entries = base::listDir(root_ + "/" + directory);
    if (!entries) return refuse(packagesPlace_, entries.error().message);
    for (const auto& entry : *entries) {
      const std::string path = directory + "/" + entry.name;
      if (entry.name.starts_with('.') || entry.name.starts_with('_')) continue;
      if (entry.type == base::FileType::Regular && entry.name.ends_with(".nix")) {
        package(entry.name.substr(0, entry.name.size() - 4), path);
      } else if (entry.type == base::FileType::Directory) {
        if (base::isRegularFile(root_ + "/" + path + "/package.nix"))
          package(entry.name, path + "/package.nix");
        else if (base::isRegularFile(root_ + "/" + path + "/default.nix"))
          package(entry.name, path + "/default.nix");
        else if (deeper)
          list(path, false);
      }
    }
  }
  void package(const std::string& name, const std::string& path) {
    const auto twice =
        std::find_if(out_.packages.begin(), out_.packages.end(), [&](auto& p) { return p.name == name; });
    if (!isPackageName(name))
      refuse(packagesPlace_,
             fmt::format("{}: `{}` is no name of a package", base::sanitize(path), base::sanitize(name)));
    else if (twice != out_.packages.end())
      refuse(packagesPlace_, fmt::format("{} and {} are both called {}", twice->path, base::sanitize(path), name));
    else if (out_.packages.size() >= kMostPackages)
      refuse(packagesPlace_, fmt::format("more than {} packages", kMostPackages));
    else
      out_.packages.push_back({name, path, packagesPlace_});
  }

  void patches(const Json& value) {
    const auto* members = object({"patches"}, value);
    for (std::size_t i = 0; members && i < members->size(); ++i) {
      const auto& [name, one] = (*members)[i];
      if (!isPackageName(name))
        refuse(placeOf({"patches", name}), fmt::format("`{}` is no name of a package", base::sanitize(name)));
      out_.patches.push_back({name, paths({"patches", name}, one), placeOf({"patches", name})});
    }
  }

  void known() {
    std::set<std::string_view> names;
    for (const Channel& channel : out_.channels) names.insert(channel.name);
    for (const Fallback& one : out_.fallbacks)
      if (!one.channel.empty() && !names.contains(one.channel))
        refuse(one.place, fmt::format("there is no channel `{}`", base::sanitize(one.channel)),
               names.empty()
                   ? "`fleetd channels add NAME --input INPUT` makes one"
                   : "channels are: " + base::join(std::vector<std::string_view>(names.begin(), names.end()), " "));
  }

  const std::string& root_;
  const base::SourceFile& file_;
  base::Diagnostics& diagnostics_;
  Channels out_;
  Span packagesPlace_;
  bool bad_ = false;
};

}  // namespace

bool isPackageName(std::string_view text) {
  const auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; };
  return !text.empty() && text.size() <= 200 && letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return letter(c) || std::isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '\'';
         });
}

bool isPlatform(std::string_view text) {
  if (text == "all" || text == "linux" || text == "darwin") return true;
  const auto dash = text.find('-');
  return dash != std::string_view::npos && dash > 0 &&
         (text.substr(dash) == "-linux" || text.substr(dash) == "-darwin") &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(dash),
                     [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; });
}

bool isDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto year = base::parseInt(text.substr(0, 4)), month = base::parseInt(text.substr(5, 2)),
             day = base::parseInt(text.substr(8, 2));
  if (!year || !month || !day || *year < 1 || *month < 1 || *month > 12 || *day < 1) return false;
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (*year % 4 == 0 && *year % 100 != 0) || *year % 400 == 0;
  return *day <= kDays[*month - 1] + (leap && *month == 2 ? 1 : 0);
}

int fits(const Fallback& fallback, const std::string& system) {
  if (fallback.platform == system) return 3;
  if (system.ends_with("-" + fallback.platform)) return 2;
  return fallback.platform == "all" ? 1 : 0;
}

std::optional<Channels> readChannels(const std::string& root, base::SourceMap& sources,
                                     base::Diagnostics& diagnostics) {
  const std::string path = root + "/" + kChannelsFile;
  if (base::fileType(path) == base::FileType::Missing) return std::nullopt;
  const auto file = sources.load(path);
  if (!file) {
    diagnostics.add(file.error());
    return std::nullopt;
  }
  return Reader(root, **file, diagnostics).read();
}

}  // namespace fleetd::fleet
