// Readers.
#include "kernel/deploy/zerotier_api.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/text.hpp"

namespace fleetd::deploy::zerotier {

namespace {

using base::Code;

constexpr std::size_t kDeepest = 32, kMostAddresses = 64, kMostPaths = 64, kLongText = 256;

Error nonsense(std::string what) {
  return {Code::FL0874,
          fmt::format("the daemon's answer is not understood: {}", what),
          "is it ZeroTier One that listens there, with a controller of version 1.14 or near it?",
          {}};
}

bool digits(std::string_view text, std::size_t count) {
  return text.size() == count && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string textAt(const Json& set, std::string_view key) {
  return std::string(set.stringOr(key, "").substr(0, kLongText));
}
bool flagAt(const Json& set, std::string_view key) {
  const Json* value = set.find(key);
  const bool* flag = value ? value->asBool() : nullptr;
  return flag && *flag;
}
std::int64_t numberAt(const Json& set, std::string_view key, std::int64_t otherwise) {
  const Json* value = set.find(key);
  const std::int64_t* number = value ? value->asInt() : nullptr;
  return number ? *number : otherwise;
}

std::string versionOf(const Json& set, std::string_view major, std::string_view minor, std::string_view revision) {
  const std::int64_t first = numberAt(set, major, -1);
  if (first < 0) return {};
  return fmt::format("{}.{}.{}", first, numberAt(set, minor, 0), numberAt(set, revision, 0));
}

// What an identity of this node looks like; the costly proof is not done.
bool belongs(std::string_view identity, std::string_view id) {
  const auto parts = base::split(identity, ':');
  return parts.size() == 3 && parts[0] == id && parts[1] == "0" && digits(parts[2], 128);
}

Error tooMany(std::string_view what, std::size_t most) { return nonsense(fmt::format("more than {} {}", most, what)); }

}  // namespace

bool isNodeId(std::string_view text) { return digits(text, 10) && text != "0000000000" && !text.starts_with("ff"); }
bool isNetworkId(std::string_view text) { return digits(text, 16); }

Result<Json> readAnswer(std::string_view text) {
  auto out = base::parseJson(text, {kMostBytes, kDeepest, base::DuplicateKeys::Refuse});
  if (!out) return nonsense(out.error().message);
  return out;
}

Result<Status> readStatus(const Json& answer) {
  Status out{textAt(answer, "address"), textAt(answer, "version"), flagAt(answer, "online")};
  if (!isNodeId(out.address)) return nonsense("its status names no address of a node");
  return out;
}

Result<Member> readMember(const Json& answer, std::string_view id) {
  if (!answer.asObject()) return nonsense("a member is no object");
  Member out;
  out.id = textAt(answer, "id");
  if (!isNodeId(out.id)) return nonsense(fmt::format("a member is called `{}`", base::sanitize(out.id)));
  if (!id.empty() && out.id != id) return nonsense(fmt::format("asked for {}, it speaks of {}", id, out.id));
  const Json* authorized = answer.find("authorized");
  if (!authorized || !authorized->asBool())
    return nonsense(fmt::format("it does not say whether {} is authorised", out.id));
  out.authorized = *authorized->asBool();
  out.name = textAt(answer, "name");
  out.identity = std::string(answer.stringOr("identity", ""));
  if (!out.identity.empty() && !belongs(out.identity, out.id))
    return nonsense(fmt::format("the identity of {} is malformed or another node's", out.id));
  out.version = versionOf(answer, "vMajor", "vMinor", "vRev");
  if (const Json* addresses = answer.find("ipAssignments")) {
    const auto* list = addresses->asArray();
    if (!list) return nonsense(fmt::format("the addresses of {} are no list", out.id));
    if (list->size() > kMostAddresses) return tooMany("addresses of a member", kMostAddresses);
    for (const Json& one : *list) {
      const std::string* text = one.asString();
      if (!text || text->size() > kLongText) return nonsense(fmt::format("an address of {} is no text", out.id));
      out.addresses.push_back(*text);
    }
    std::sort(out.addresses.begin(), out.addresses.end());
  }
  return out;
}

Result<std::vector<Member>> readMembers(const Json& answer) {
  const Json* data = answer.find("data");
  const auto* list = data ? data->asArray() : nullptr;
  if (!list) return nonsense("it has no list of members");
  if (list->size() > kMostMembers) return tooMany("members", kMostMembers);
  std::vector<Member> out;
  for (const Json& one : *list) {
    auto member = readMember(one, "");
    if (!member) return member.error();
    out.push_back(*std::move(member));
  }
  std::sort(out.begin(), out.end(), [](const Member& a, const Member& b) { return a.id < b.id; });
  const auto twice =
      std::adjacent_find(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.id == b.id; });
  if (twice != out.end()) return nonsense(fmt::format("the member {} comes twice", twice->id));
  return out;
}

Result<std::vector<std::string>> readMemberIds(const Json& answer) {
  const auto* set = answer.asObject();
  if (!set) return nonsense("the list of members is no object");
  if (set->size() > kMostMembers) return tooMany("members", kMostMembers);
  std::vector<std::string> out;
  for (const auto& [id, revision] : *set) {
    if (!isNodeId(id)) return nonsense(fmt::format("a member is called `{}`", base::sanitize(id.substr(0, kLongText))));
    out.push_back(id);
  }
  std::sort(out.begin(), out.end());
  return out;
}

Result<Json> readNetwork(std::string_view text, std::string_view id) {
  auto out = readAnswer(text);
  if (!out) return out;
  if (!out->asObject() || out->stringOr("id", "") != id)
    return nonsense(fmt::format("asked for the network {}, it speaks of something else", id));
  return out;
}

Result<std::vector<Peer>> readPeers(const Json& answer) {
  const auto* list = answer.asArray();
  if (!list) return nonsense("the list of peers is none");
  if (list->size() > kMostMembers) return tooMany("peers", kMostMembers);
  std::vector<Peer> out;
  for (const Json& one : *list) {
    Peer peer;
    peer.id = textAt(one, "address");
    if (!isNodeId(peer.id)) return nonsense(fmt::format("a peer is called `{}`", base::sanitize(peer.id)));
    peer.version = versionOf(one, "versionMajor", "versionMinor", "versionRev");
    peer.latency = numberAt(one, "latency", -1);
    const Json* paths = one.find("paths");
    const auto* ways = paths ? paths->asArray() : nullptr;
    for (std::size_t i = 0; ways && i < std::min(ways->size(), kMostPaths); ++i) {
      const Json& way = (*ways)[i];
      if (!flagAt(way, "active") || flagAt(way, "expired")) continue;
      const std::int64_t heard = numberAt(way, "lastReceive", 0);
      if (!peer.path.empty() && !flagAt(way, "preferred") && heard <= peer.heard) continue;
      peer.path = textAt(way, "address");
      peer.heard = heard;
    }
    out.push_back(std::move(peer));
  }
  return out;
}

}  // namespace fleetd::deploy::zerotier
