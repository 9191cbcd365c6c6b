// fleet/cxx/path.hpp - option paths: lists of names, and their text form `a."b.c".d`.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "result.hpp"

namespace fleet {

using Path = std::vector<std::string>;

// Names that need no quotes in the text form.
inline bool isPlainName(std::string_view name) {
  if (name.empty()) return false;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (!letter(name.front())) return false;
  for (const char c : name)
    if (!letter(c) && !(c >= '0' && c <= '9') && c != '-' && c != '\'') return false;
  return true;
}

// "a.\"b.c\".d" -> {a, b.c, d}; "" is the empty path. Inside quotes `\"` and `\\` stand for themselves.
// Outside of them any character but a dot, a quote, a blank and controls is taken as it is, so that digits
// and `*` need no quotes.
inline Result<Path> parsePath(std::string_view text) {
  Path out;
  if (text.empty()) return out;
  if (text.size() > FLEET_MAX_PATH) return overLimit("an option path is too long");
  std::size_t i = 0;
  while (true) {
    std::string name;
    if (i < text.size() && text[i] == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        name.push_back(text[i]);
      }
      if (i == text.size()) return malformed("a quote is not closed in the path", std::string(text));
      ++i;
    } else {
      for (; i < text.size() && text[i] != '.'; ++i) {
        if (text[i] == '"' || static_cast<unsigned char>(text[i]) <= ' ')
          return malformed("a name with such characters must be quoted", std::string(text));
        name.push_back(text[i]);
      }
    }
    if (name.empty()) return malformed("a path has an empty name", std::string(text));
    out.push_back(std::move(name));
    if (out.size() > FLEET_MAX_PATH_PARTS) return overLimit("an option path has too many names");
    if (i == text.size()) return out;
    if (text[i] != '.') return malformed("expected a dot after a quoted name", std::string(text));
    ++i;
  }
}

namespace detail {

// A path that cannot be parsed keeps its text behind an empty name, which every reader refuses with that text
// in sight.
inline Path pathOrMark(std::string_view text) {
  auto path = parsePath(text);
  return path && !path->empty() ? *std::move(path) : Path{"", std::string(text)};
}

}  // namespace detail

inline std::string formatPath(const Path& path) {
  std::string out;
  for (const auto& name : path) {
    if (!out.empty()) out.push_back('.');
    if (isPlainName(name) || name == "*") {
      out.append(name);
      continue;
    }
    out.push_back('"');
    for (const char c : name) {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(c);
    }
    out.push_back('"');
  }
  return out;
}

// True if `path` is `prefix` or lies below it; `*` in the prefix stands for any one name.
inline bool isBelow(const Path& path, const Path& prefix) {
  if (path.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i)
    if (prefix[i] != "*" && prefix[i] != path[i]) return false;
  return true;
}

}  // namespace fleet
