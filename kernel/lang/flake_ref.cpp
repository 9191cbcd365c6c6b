#include "kernel/lang/flake_ref.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace fleetd::lang {

namespace {

using Query = std::map<std::string, std::string, std::less<>>;
using Parsed = FlakeRefResult<FlakeRefAttrs>;
using Shown = FlakeRefResult<std::string>;

bool isAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isHex(char c) { return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool isRevision(std::string_view text) { return text.size() == 40 && std::all_of(text.begin(), text.end(), isHex); }

bool isRefName(std::string_view text) {
  if (text.empty() || !(isAlpha(text[0]) || isDigit(text[0]) || text[0] == '@')) return false;
  if (text.find("..") != std::string_view::npos || text.find("//") != std::string_view::npos || text.ends_with('/') ||
      text.ends_with(".lock"))
    return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return isAlpha(c) || isDigit(c) || std::string_view("_./@+-").find(c) != std::string_view::npos;
  });
}

bool isFlakeId(std::string_view text) {
  return !text.empty() && isAlpha(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) { return isAlpha(c) || isDigit(c) || c == '_' || c == '-'; });
}

// A '%' that no two digits follow stays, as Nix's lenient reading has it.
std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    if (text[i] == '%' && i + 2 < text.size() && isHex(text[i + 1]) && isHex(text[i + 2])) {
      std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string encoded(std::string_view text, std::string_view keep) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    if (isAlpha(c) || isDigit(c) || std::string_view("-._~").find(c) != std::string_view::npos ||
        keep.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

constexpr std::string_view kPathKeeps = "!$&'()*+,;=:@/";
constexpr std::string_view kQueryKeeps = "!$'()*+,;:@/?";

std::vector<std::string> segments(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    const std::size_t end = path.find('/');
    if (end != 0) out.push_back(decoded(path.substr(0, end)));
    if (end == std::string_view::npos) break;
    path.remove_prefix(end + 1);
  }
  return out;
}

Query parseQuery(std::string_view text) {
  Query out;
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), item.size() + 1));
    const std::size_t equals = item.find('=');
    if (equals != std::string_view::npos)
      out.emplace(decoded(item.substr(0, equals)), decoded(item.substr(equals + 1)));
  }
  return out;
}

std::string queryText(const Query& query) {
  std::string out;
  for (const auto& [name, value] : query) {
    out += out.empty() ? '?' : '&';
    out += encoded(name, kQueryKeeps) + "=" + encoded(value, kQueryKeeps);
  }
  return out;
}

struct Url {
  std::string_view scheme;
  std::string_view rest;  // between the scheme's ':' and '?'
  Query query;
};

bool isForge(std::string_view type) { return type == "github" || type == "gitlab" || type == "sourcehut"; }

Parsed forge(const Url& url) {
  const std::vector<std::string> path = segments(url.rest);
  if (path.size() < 2) return {{}, "it names no owner and repository"};
  FlakeRefAttrs out{{"type", std::string(url.scheme)}, {"owner", path[0]}, {"repo", path[1]}};
  if (path.size() == 3 && isRevision(path[2])) {
    out["rev"] = path[2];
  } else if (path.size() > 2) {
    std::string ref = path[2];
    for (std::size_t i = 3; i < path.size(); ++i) ref += "/" + path[i];
    out["ref"] = ref;
  }
  for (const auto& [name, value] : url.query) {
    if (name != "rev" && name != "ref" && name != "host" && name != "narHash")
      return {{}, "it has the unknown parameter '" + name + "'"};
    if (!out.emplace(name, value).second) return {{}, "it gives '" + name + "' twice"};
  }
  if (out.contains("ref") && out.contains("rev")) return {{}, "it has both a revision and a branch or tag"};
  if (out.contains("rev") && !isRevision(std::get<std::string>(out["rev"])))
    return {{}, "its revision is no commit hash"};
  if (out.contains("ref") && !isRefName(std::get<std::string>(out["ref"])))
    return {{}, "its branch or tag has no valid name"};
  return {std::move(out), {}};
}

Parsed indirect(const std::vector<std::string>& path) {
  if (path.empty() || path.size() > 3 || !isFlakeId(path[0])) return {{}, "it is no valid flake id"};
  FlakeRefAttrs out{{"type", std::string("indirect")}, {"id", path[0]}};
  if (path.size() > 1) out[path.size() == 2 && isRevision(path[1]) ? "rev" : "ref"] = path[1];
  if (path.size() == 3) out["rev"] = path[2];
  if (out.contains("ref") && !isRefName(path[1])) return {{}, "its branch or tag has no valid name"};
  if (path.size() == 3 && !isRevision(path[2])) return {{}, "its revision is no commit hash"};
  return {std::move(out), {}};
}

std::optional<std::int64_t> number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value >= 0 ? std::optional(value) : std::nullopt;
}

Parsed pathRef(std::string path, const Query& query) {
  FlakeRefAttrs out{{"type", std::string("path")}, {"path", std::move(path)}};
  for (const auto& [name, value] : query) {
    if (name == "rev" || name == "narHash") {
      out[name] = value;
    } else if (name == "revCount" || name == "lastModified") {
      const auto n = number(value);
      if (!n) return {{}, "its parameter '" + name + "' is no number"};
      out[name] = *n;
    } else {
      return {{}, "it has the unknown parameter '" + name + "'"};
    }
  }
  return {std::move(out), {}};
}

bool isGitFlag(std::string_view name) {
  static constexpr std::string_view kFlags[] = {"shallow",      "submodules", "lfs",
                                                "exportIgnore", "allRefs",    "verifyCommit"};
  return std::find(std::begin(kFlags), std::end(kFlags), name) != std::end(kFlags);
}

Parsed git(const Url& url) {
  FlakeRefAttrs out{{"type", std::string("git")}};
  Query left;
  for (const auto& [name, value] : url.query) {
    if (name == "rev" || name == "ref" || name == "keytype" || name == "publicKey" || name == "publicKeys") {
      out[name] = value;
    } else if (isGitFlag(name)) {
      out[name] = value == "1";
    } else {
      left.emplace(name, value);
    }
  }
  const std::string_view transport = url.scheme.starts_with("git+") ? url.scheme.substr(4) : url.scheme;
  out["url"] = std::string(transport) + ":" + std::string(url.rest) + queryText(left);
  return {std::move(out), {}};
}

bool isArchive(std::string_view path) {
  static constexpr std::string_view kEndings[] = {".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst"};
  return std::any_of(std::begin(kEndings), std::end(kEndings), [&](std::string_view e) { return path.ends_with(e); });
}

Parsed download(const Url& url, std::string_view application, std::string_view transport) {
  const bool tarball = application.empty() ? isArchive(url.rest) : application == "tarball";
  FlakeRefAttrs out{{"type", std::string(tarball ? "tarball" : "file")}};
  Query left;
  for (const auto& [name, value] : url.query) {
    if (name == "narHash" || name == "rev") {
      out[name] = value;
    } else if (name == "revCount" || name == "lastModified") {
      if (const auto n = number(value)) out[name] = *n;
    } else if (name != "url" && name != "name" && name != "unpack") {
      left.emplace(name, value);
    }
  }
  out["url"] = std::string(transport) + ":" + std::string(url.rest) + queryText(left);
  return {std::move(out), {}};
}

Parsed fromUrl(const Url& url) {
  if (isForge(url.scheme)) return forge(url);
  if (url.scheme == "flake") return indirect(segments(url.rest));
  if (url.scheme == "path") {
    std::string_view path = url.rest;
    if (path.starts_with("//")) {
      path.remove_prefix(2);
      if (!path.starts_with('/')) return {{}, "a path has no host"};
    }
    return pathRef(decoded(path), url.query);
  }
  const std::size_t plus = url.scheme.find('+');
  const std::string_view application = plus == std::string_view::npos ? "" : url.scheme.substr(0, plus);
  const std::string_view transport = plus == std::string_view::npos ? url.scheme : url.scheme.substr(plus + 1);
  if (url.scheme == "git" || application == "git") return git(url);
  const bool fetched = transport == "http" || transport == "https" || transport == "file";
  if (fetched && (application.empty() || application == "tarball" || application == "file"))
    return download(url, application, transport);
  return {};
}

// "nixpkgs", "nixpkgs/nixos-24.05", "nixpkgs/nixos-24.05/<revision>".
bool isShorthand(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (!isFlakeId(text.substr(0, slash))) return false;
  return slash == std::string_view::npos || isRefName(text.substr(slash + 1));
}

bool isScheme(std::string_view text) {
  return !text.empty() && isAlpha(text[0]) && std::all_of(text.begin(), text.end(), [](char c) {
    return isAlpha(c) || isDigit(c) || c == '+' || c == '-' || c == '.';
  });
}

Parsed parseWhole(std::string_view text, std::string* dir) {
  if (const std::size_t hash = text.find('#'); hash != std::string_view::npos) {
    if (hash + 1 < text.size()) return {{}, "it has a fragment"};
    text = text.substr(0, hash);
  }
  if (isShorthand(text)) {
    std::vector<std::string> path = segments(text);
    if (path.size() > 2 && !isRevision(path.back())) {  // a branch with slashes
      for (std::size_t i = 2; i < path.size(); ++i) path[1] += "/" + path[i];
      path.resize(2);
    }
    return indirect(path);
  }
  Query query;
  if (const std::size_t mark = text.find('?'); mark != std::string_view::npos) {
    query = parseQuery(text.substr(mark + 1));
    text = text.substr(0, mark);
  }
  if (const auto found = query.find("dir"); found != query.end()) {
    *dir = found->second;
    query.erase(found);
  }
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && isScheme(text.substr(0, colon)))
    return fromUrl({text.substr(0, colon), text.substr(colon + 1), std::move(query)});
  if (!text.starts_with('/')) return {{}, "it is no absolute path"};
  return pathRef(std::string(text), query);
}

// The text of attributes, minus what a reference says elsewhere.
Query restOf(const FlakeRefAttrs& attrs, std::initializer_list<std::string_view> said) {
  Query out;
  for (const auto& [name, value] : attrs) {
    if (std::find(said.begin(), said.end(), name) != said.end()) continue;
    if (const auto* text = std::get_if<std::string>(&value)) {
      out[name] = *text;
    } else if (const auto* n = std::get_if<std::int64_t>(&value)) {
      out[name] = std::to_string(*n);
    } else {
      out[name] = std::get<bool>(value) ? "1" : "0";
    }
  }
  return out;
}

const std::string* textOf(const FlakeRefAttrs& attrs, std::string_view name) {
  const auto found = attrs.find(name);
  return found == attrs.end() ? nullptr : std::get_if<std::string>(&found->second);
}

Shown urlText(const FlakeRefAttrs& attrs, std::string_view prefix) {
  const std::string* url = textOf(attrs, "url");
  if (!url) return {{}, "attribute 'url' is missing"};
  const std::size_t mark = url->find('?');
  Query query = restOf(attrs, {"type", "url", "name"});
  if (mark != std::string::npos) query.merge(parseQuery(std::string_view(*url).substr(mark + 1)));
  const std::string base = url->substr(0, mark);
  const bool plain = prefix.empty() || base.starts_with(prefix) || (prefix == "git+" && base.starts_with("git:"));
  return {(plain ? "" : std::string(prefix)) + base + queryText(query), {}};
}

}  // namespace

Parsed parseFlakeRef(std::string_view text) {
  std::string dir;
  Parsed out = parseWhole(text, &dir);
  if (out.value && !dir.empty()) (*out.value)["dir"] = dir;
  return out;
}

Shown flakeRefText(const FlakeRefAttrs& attrs) {
  const std::string* type = textOf(attrs, "type");
  if (!type) return {{}, "attribute 'type' is missing"};
  const std::string* ref = textOf(attrs, "ref");
  const std::string* rev = textOf(attrs, "rev");
  const auto ending = [&] { return (ref ? "/" + encoded(*ref, kPathKeeps) : "") + (rev ? "/" + *rev : ""); };
  if (isForge(*type)) {
    const std::string* owner = textOf(attrs, "owner");
    const std::string* repo = textOf(attrs, "repo");
    if (!owner || !repo) return {{}, "attributes 'owner' and 'repo' are needed"};
    if (ref && rev) return {{}, "it has both a revision and a branch or tag"};
    const Query query = restOf(attrs, {"type", "owner", "repo", "ref", "rev", "lastModified", "treeHash"});
    return {*type + ":" + encoded(*owner, kPathKeeps) + "/" + encoded(*repo, kPathKeeps) + ending() + queryText(query),
            {}};
  }
  if (*type == "indirect") {
    const std::string* id = textOf(attrs, "id");
    if (!id || !isFlakeId(*id)) return {{}, "attribute 'id' is no valid flake id"};
    return {"flake:" + *id + ending() + queryText(restOf(attrs, {"type", "id", "ref", "rev", "narHash"})), {}};
  }
  if (*type == "path") {
    const std::string* path = textOf(attrs, "path");
    if (!path) return {{}, "attribute 'path' is missing"};
    return {"path:" + encoded(*path, kPathKeeps) + queryText(restOf(attrs, {"type", "path"})), {}};
  }
  if (*type == "git") return urlText(attrs, "git+");
  if (*type == "tarball" || *type == "file") {
    const std::string* url = textOf(attrs, "url");
    const bool archive = url && isArchive(url->substr(0, url->find('?')));
    return urlText(attrs, archive == (*type == "tarball") ? "" : *type + "+");
  }
  return {};
}

}  // namespace fleetd::lang
