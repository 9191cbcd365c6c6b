// Reading addresses.
#include "kernel/deploy/address.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "kernel/base/text.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;

constexpr std::size_t kLongest = 1024;

Error malformed(std::string_view text, std::string_view why) {
  return {Code::FL0814,
          fmt::format("`{}` is no address: {}", base::sanitize(text), why),
          "an address is [user@]host[:port], an IPv6 address with a port is written [2001:db8::1]:22",
          {}};
}

bool plain(std::string_view text, std::string_view others) {
  return !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || others.find(c) != std::string_view::npos;
  });
}

Result<void> readOptions(std::string_view all, std::string_view text, Address& out) {
  for (const std::string_view one : base::split(text, '&')) {
    if (one.empty()) continue;
    const auto equals = one.find('=');
    if (equals == std::string_view::npos) return malformed(all, fmt::format("the option `{}` has no value", one));
    const std::string_view name = one.substr(0, equals), value = one.substr(equals + 1);
    if (!plain(name, "")) return malformed(all, "the name of an option consists of letters and digits");
    const bool control =
        std::any_of(value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) < 32; });
    if (control || value.empty()) return malformed(all, fmt::format("the option `{}` has no usable value", name));
    out.options.emplace_back(name, value);
  }
  return {};
}

Result<void> readPort(std::string_view all, std::string_view text, Address& out) {
  const auto port = base::parseInt(text);
  if (!port || *port < 1 || *port > 65535) return malformed(all, "a port is a number from 1 to 65535");
  out.port = static_cast<unsigned>(*port);
  return {};
}

// host, host:port, [v6], [v6]:port, or a bare IPv6 address, which cannot have a port.
Result<void> readHost(std::string_view all, std::string_view text, Address& out) {
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return malformed(all, "the bracket is not closed");
    const std::string_view rest = text.substr(close + 1);
    out.host = text.substr(1, close - 1);
    if (!rest.empty() && rest.front() != ':') return malformed(all, "only a port may follow the bracket");
    if (!rest.empty()) FLEETD_TRY(readPort(all, rest.substr(1), out));
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    out.host = text.substr(0, text.find(':'));
    FLEETD_TRY(readPort(all, text.substr(text.find(':') + 1), out));
  } else {
    out.host = text;
  }
  if (!plain(out.host, ".-_:%")) return malformed(all, "the host is missing or holds characters that no host has");
  return {};
}

}  // namespace

const std::string* Address::option(std::string_view name) const {
  for (const auto& [known, value] : options)
    if (base::toLower(known) == base::toLower(name)) return &value;
  return nullptr;
}

bool Address::indirect() const { return tor || option("ProxyJump") || option("ProxyCommand"); }

// Without a user it is the one that ssh takes by itself.
std::string Address::authority() const {
  if (user.empty()) return host.find(':') == std::string::npos || !port ? host : fmt::format("[{}]", host);
  return host.find(':') == std::string::npos ? fmt::format("{}@{}", user, host) : fmt::format("{}@[{}]", user, host);
}

std::string Address::text() const { return port ? fmt::format("{}:{}", authority(), port) : authority(); }

Result<Address> parseAddress(std::string_view text) {
  if (text.size() > kLongest) return malformed(text.substr(0, 60), "it is too long");
  Address out;
  std::string_view rest = text;
  for (const std::string_view scheme : {"ssh://", "ssh-ng://"})
    if (rest.starts_with(scheme)) rest.remove_prefix(scheme.size());
  if (const auto question = rest.find('?'); question != std::string_view::npos) {
    FLEETD_TRY(readOptions(text, rest.substr(question + 1), out));
    rest = rest.substr(0, question);
  }
  if (const auto at = rest.find('@'); at != std::string_view::npos) {
    out.user = rest.substr(0, at);
    rest.remove_prefix(at + 1);
    if (!plain(out.user, ".-_\\")) return malformed(text, "the user is missing or holds characters that no user has");
  }
  if (rest.find('@') != std::string_view::npos) return malformed(text, "it has two users");
  if (rest.ends_with('/')) rest.remove_suffix(1);
  FLEETD_TRY(readHost(text, rest, out));
  return out;
}

}  // namespace fleetd::deploy
