// Choosing, and the files that remember choices.
#include "kernel/deploy/choice.hpp"

#include <unistd.h>

#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/hash.hpp"
#include "kernel/base/json.hpp"
#include "kernel/base/text.hpp"
#include "kernel/deploy/reachable.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;

constexpr std::int64_t kRemembered = 600;  // seconds; afterwards a better network may be back
constexpr std::uint64_t kLongestFile = 4096;

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string fileOf(const std::string& directory, const std::string& host) {
  return fmt::format("{}/{}", directory, base::blake2b(host).hex().substr(0, 32));
}

// Everything that makes one way differ from another.
std::string keyOf(const Address& address) {
  base::Blake2b hash;
  hash.field(address.text());
  for (const auto& [name, value] : address.options) hash.field(name).field(value);
  for (const Hop& hop : address.hops)
    hash.field(hop.name).field(hop.user).field(hop.host).update(std::uint64_t{hop.port});
  hash.update(std::uint64_t{address.tor});
  return hash.finish().hex();
}

// The index of the address that answered a moment ago, if it still is one.
std::optional<std::size_t> recalled(const std::string& directory, const std::string& host,
                                    const std::vector<Reach>& reaches) {
  if (directory.empty()) return std::nullopt;
  const auto text = base::readFile(fileOf(directory, host), kLongestFile);
  const auto json = text ? base::parseJson(*text) : Result<base::Json>(text.error());
  if (!json) return std::nullopt;
  const base::Json* at = json->find("at");
  const std::int64_t* when = at ? at->asInt() : nullptr;
  if (!when || *when > now() || now() - *when > kRemembered) return std::nullopt;
  for (std::size_t i = 0; i < reaches.size(); ++i)
    if (keyOf(reaches[i].address) == json->stringOr("way", "")) return i;
  return std::nullopt;
}

// Losing it costs a moment the next time, so nobody is told.
void remember(const std::string& directory, const std::string& host, const Address& address) {
  if (directory.empty() || !base::makeDirs(directory, 0700)) return;
  const base::Json record(base::Json::Object{
      {"address", base::Json(address.text())}, {"at", base::Json(now())}, {"way", base::Json(keyOf(address))}});
  static_cast<void>(
      base::writeFileAtomic(fileOf(directory, host), base::toJsonText(record), 0600, base::Durability::Volatile));
}

std::string described(const Reach& reach) {
  std::string out = reach.address.text();
  for (const Hop& hop : reach.address.hops) out += fmt::format(" through {} at {}", hop.name, hop.host);
  if (reach.address.hops.empty())
    if (const std::string* jump = reach.address.option("ProxyJump")) out += " through " + *jump;
  return fmt::format("{} by {}", out, reach.from);
}

}  // namespace

Result<Reach> choose(const std::string& host, const std::vector<Reach>& reaches, const Choosing& how) {
  if (reaches.size() == 1) return reaches.front();
  AskBySsh ask;
  if (how.ssh) ask = [&](const Address& address, int stopFd) { return how.ssh->answers(address, stopFd); };
  if (const auto last = recalled(how.directory, host, reaches)) {
    Pace pace;
    pace.limit = std::chrono::milliseconds(1500);
    if (firstReachable({reaches[*last].address}, ask, pace).best) return reaches[*last];
    forgetChoice(how.directory, host);
  }
  std::vector<Address> addresses;
  for (const Reach& one : reaches) addresses.push_back(one.address);
  const Reached reached = firstReachable(addresses, ask);
  std::vector<std::string> tried;
  for (std::size_t i = 0; i < reached.best.value_or(reached.answers.size()); ++i) {
    const std::string& why = reached.reasons[i];
    tried.push_back(fmt::format("{}: {}", described(reaches[i]), why.empty() ? "not asked" : base::sanitize(why)));
  }
  if (!reached.best)
    return Error{Code::FL0815,
                 fmt::format("{} answers nowhere:\n{}", host, base::join(tried, "\n")),
                 "--target-host names another address",
                 {}};
  Reach out = reaches[*reached.best];
  out.tried = std::move(tried);
  if (reached.answers[*reached.best] == Answer::Yes) remember(how.directory, host, out.address);
  return out;
}

void forgetChoice(const std::string& directory, const std::string& host) {
  if (!directory.empty()) ::unlink(fileOf(directory, host).c_str());
}

}  // namespace fleetd::deploy
