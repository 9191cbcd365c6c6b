// fleet/cxx/ssh_options.hpp - words of ssh's command line as options of ssh_config.
#pragma once
#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fleet {

struct SshOptions {
  std::vector<std::pair<std::string, std::string>> options;  // name and value, in the order given
  std::vector<std::string> leftOut;                          // words that mean nothing in a configuration
};

namespace detail {

inline bool fitsOneLine(std::string_view text) {
  return !text.empty() && text.size() <= 4096 && std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 32 && static_cast<unsigned char>(c) != 127;
  });
}

inline bool isOptionName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

// Options that make ssh run a program or load a library on the machine it is started on: nothing a service may ask for.
inline bool runsPrograms(std::string_view name) {
  constexpr std::string_view kNames[] = {"include",         "knownhostscommand",  "localcommand",
                                         "match",           "permitlocalcommand", "pkcs11provider",
                                         "proxycommand",    "proxyusefdpass",     "securitykeyprovider",
                                         "smartcarddevice", "xauthlocation"};
  std::string lower;
  for (const char c : name) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return std::find(std::begin(kNames), std::end(kNames), lower) != std::end(kNames);
}

// -o takes "Name=Value" and "Name Value".
inline bool addNamed(std::string_view text, SshOptions& out) {
  const auto end = text.find_first_of("= \t");
  if (end == std::string_view::npos || !isOptionName(text.substr(0, end)) || runsPrograms(text.substr(0, end)))
    return false;
  std::string_view value = text.substr(end);
  const auto first = value.find_first_not_of("= \t");
  if (first == std::string_view::npos || !fitsOneLine(value.substr(first))) return false;
  out.options.emplace_back(text.substr(0, end), value.substr(first));
  return true;
}

inline bool addLetter(char letter, std::string_view value, SshOptions& out) {
  constexpr std::pair<char, const char*> kNames[] = {{'J', "ProxyJump"},   {'i', "IdentityFile"}, {'l', "User"},
                                                     {'p', "Port"},        {'c', "Ciphers"},      {'m', "MACs"},
                                                     {'b', "BindAddress"}, {'B', "BindInterface"}};
  if (letter == 'o') return addNamed(value, out);
  for (const auto& [known, name] : kNames)
    if (known == letter && fitsOneLine(value)) {
      out.options.emplace_back(name, value);
      return true;
    }
  return false;
}

inline bool addFlag(char letter, SshOptions& out) {
  struct Flag {
    char letter;
    const char *name, *value;
  };
  constexpr Flag kFlags[] = {{'4', "AddressFamily", "inet"}, {'6', "AddressFamily", "inet6"},
                             {'A', "ForwardAgent", "yes"},   {'a', "ForwardAgent", "no"},
                             {'C', "Compression", "yes"},    {'q', "LogLevel", "QUIET"},
                             {'x', "ForwardX11", "no"}};
  for (const auto& flag : kFlags)
    if (flag.letter == letter) {
      out.options.emplace_back(flag.name, flag.value);
      return true;
    }
  return false;
}

}  // namespace detail

// [ "-J" "gate" "-oCompression=yes" "-C" ]; an option and its value may also be one word, "-J gate". What decides
// where a command goes or what ssh does by itself (-L, -N, -W, …), or runs programs, is left out.
inline SshOptions readSshOptions(const std::vector<std::string>& words) {
  SshOptions out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word.size() < 2 || word[0] != '-') {
      out.leftOut.push_back(words[i]);
      continue;
    }
    if (word.size() == 2 && detail::addFlag(word[1], out)) continue;
    std::string_view value = word.substr(2);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    const bool alone = value.empty();
    if (alone && i + 1 < words.size()) value = words[i + 1];
    if (!detail::addLetter(word[1], value, out)) {
      out.leftOut.push_back(words[i]);
      continue;
    }
    if (alone) ++i;
  }
  return out;
}

}  // namespace fleet
