// Reading checks, and looking.
#include "kernel/deploy/health.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstring>
#include <thread>

#include <fmt/format.h>

#include "kernel/base/clock.hpp"
#include "kernel/base/text.hpp"
#include "kernel/deploy/greeting.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;
using Kind = HealthCheck::Kind;
using Where = HealthCheck::Where;

constexpr int kTries = 10;  // a second apart
constexpr std::size_t kLongest = 4096;
constexpr auto kOnce = std::chrono::seconds(5);

Error malformed(std::string_view text, std::string_view why) {
  return {Code::FL0847,
          fmt::format("the health check `{}` {}", base::sanitize(text), why),
          "unit:NAME, port:[ADDRESS:]PORT, http://…, or a command; in front host: or here: for where it is looked at",
          {}};
}

bool isUnit(std::string_view name) {
  return !name.empty() && name.size() <= 255 && name.front() != '-' &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || std::strchr(":-_.\\@", c); });
}

struct Place {
  std::string address, port;
};

// "443", "10.0.0.1:443", "[::1]:443", "%h:443"
std::optional<Place> placeOf(std::string_view text) {
  Place out;
  const auto colon = text.rfind(':');
  std::string_view address = colon == std::string_view::npos ? std::string_view() : text.substr(0, colon);
  const std::string_view port = colon == std::string_view::npos ? text : text.substr(colon + 1);
  const auto number = base::parseInt(port);
  if (!number || *number < 1 || *number > 65'535) return std::nullopt;
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  if (colon != std::string_view::npos && address.empty()) return std::nullopt;
  const bool plain = std::all_of(address.begin(), address.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || std::strchr(".-_:%", c);
  });
  if (!plain) return std::nullopt;
  return Place{std::string(address), std::to_string(*number)};
}

bool isUrl(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; });
}

std::string withAddress(std::string text, const std::string& address) {
  for (auto at = text.find("%h"); at != std::string::npos; at = text.find("%h", at + address.size()))
    text.replace(at, 2, address);
  return text;
}

std::string bracketed(const std::string& address) {
  return address.find(':') == std::string::npos ? address : fmt::format("[{}]", address);
}

std::string once(const HealthCheck& check, std::string_view klass) {
  switch (check.kind) {
    case Kind::Unit:
      if (klass == "home") return fmt::format("systemctl --user is-active --quiet -- {}", base::shellQuote(check.text));
      if (klass == "darwin")
        return fmt::format("launchctl print {} >/dev/null", base::shellQuote("system/" + check.text));
      return fmt::format("systemctl is-active --quiet -- {}", base::shellQuote(check.text));
    case Kind::Port: {
      const auto place = *placeOf(check.text);
      const std::string address = place.address.empty() ? "127.0.0.1" : withAddress(place.address, "127.0.0.1");
      return fmt::format("bash -c {}", base::shellQuote(fmt::format("exec 3<>/dev/tcp/{}/{}", address, place.port)));
    }
    case Kind::Http:
      return fmt::format("curl -q -fsS --max-time 5 -o /dev/null -- {}",
                         base::shellQuote(withAddress(check.text, "127.0.0.1")));
    case Kind::Command: break;
  }
  return check.text;
}

std::optional<std::string> connected(const Place& place, const std::string& address) {
  const std::string to = place.address.empty() ? address : withAddress(place.address, address);
  const auto why =
      connects(to, static_cast<unsigned>(base::parseInt(place.port).value_or(0)), base::Deadline::after(kOnce));
  return why.empty() ? std::nullopt : std::optional(fmt::format("{} port {}: {}", to, place.port, why));
}

std::optional<std::string> said(process::Command& command, std::string_view what) {
  command.ownGroup = true;  // an interrupt at the terminal is no failure of what is looked at
  const auto finished = process::run(command);
  if (!finished) return finished.error().message;
  if (finished->status.success()) return std::nullopt;
  const std::string words = base::sanitize(base::trim(finished->output + finished->errors));
  return words.empty() ? fmt::format("{} failed", what) : words;
}

}  // namespace

Result<HealthCheck> parseHealthCheck(std::string_view text) {
  HealthCheck out;
  out.shown = base::sanitize(text);
  std::string_view rest = text;
  for (const auto& [prefix, where] :
       {std::pair(std::string_view("host:"), Where::Host), std::pair(std::string_view("here:"), Where::Here)})
    if (!out.placed && rest.starts_with(prefix)) {
      out.placed = true;
      out.where = where;
      rest.remove_prefix(prefix.size());
    }
  if (base::trim(rest).empty()) return malformed(text, "is empty");
  if (rest.size() > kLongest || rest.find('\0') != std::string_view::npos)
    return malformed(text.substr(0, 40), "is too long");
  if (rest.starts_with("unit:")) {
    out.kind = Kind::Unit;
    rest.remove_prefix(5);
    if (!isUnit(rest)) return malformed(text, "names no unit");
    if (out.placed && out.where == Where::Here) return malformed(text, "is about a unit of the host");
  } else if (rest.starts_with("port:")) {
    out.kind = Kind::Port;
    rest.remove_prefix(5);
    if (!placeOf(rest)) return malformed(text, "names no port");
    if (!out.placed) out.where = Where::Here;
  } else if (rest.starts_with("http://") || rest.starts_with("https://")) {
    out.kind = Kind::Http;
    if (!isUrl(rest)) return malformed(text, "is no URL");
    if (!out.placed) out.where = Where::Here;
  }
  out.text = std::string(rest);
  return out;
}

std::string hostCommand(const HealthCheck& check, std::string_view klass) {
  const std::string command = once(check, klass);
  if (check.kind == Kind::Command) return command;
  return fmt::format("n=0; until {}; do n=$((n + 1)); [ $n -lt {} ] || exit 1; sleep 1; done", command, kTries);
}

std::string hostCommands(const std::vector<HealthCheck>& checks, std::string_view klass) {
  std::string out;
  for (const HealthCheck& check : checks)
    out += fmt::format("{}sh -c {}", out.empty() ? "" : " && ", base::shellQuote(hostCommand(check, klass)));
  return out;
}

std::optional<std::string> checkFromHere(const HealthCheck& check, const std::string& name,
                                         const std::string& address) {
  for (int tries = 1;; ++tries) {
    std::optional<std::string> why;
    if (check.kind == Kind::Port) {
      why = connected(*placeOf(check.text), address);
    } else {
      process::Command command;
      command.maxOutput = command.maxErrors = 64 << 10;
      if (check.kind == Kind::Http) {
        command.argv = {"curl",       "-q", "-fsS",
                        "--max-time", "5",  "-o",
                        "/dev/null",  "--", withAddress(check.text, bracketed(address))};
        if (!process::findProgram("curl")) return "`curl` was not found here";
      } else {
        command.argv = {"sh", "-c",
                        fmt::format("FLEETD_HOST={} FLEETD_ADDRESS={}; export FLEETD_HOST FLEETD_ADDRESS\n{}",
                                    base::shellQuote(name), base::shellQuote(address),
                                    withAddress(check.text, base::shellQuote(address)))};
        command.timeout = std::chrono::minutes(5);
        return said(command, "it");
      }
      why = said(command, "it");
    }
    if (!why || tries == kTries) return why;
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

}  // namespace fleetd::deploy
