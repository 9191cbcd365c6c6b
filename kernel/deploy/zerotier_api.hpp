// What the local API of a ZeroTier daemon answers, as far as it is used. Everything here comes from a host and is
// bounded and looked at before it is believed.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/json.hpp"
#include "kernel/base/result.hpp"

namespace fleetd::deploy::zerotier {

struct Status {
  std::string address;  // ten digits
  std::string version;
  bool online = false;  // it heard from a root; says nothing about the network
};

struct Member {
  std::string id;
  std::string name;
  std::string identity;  // the public one, learnt at first contact; empty before
  bool authorized = false;
  std::vector<std::string> addresses;  // that the controller was told or gave; not the derived one
  std::string version;                 // "1.14.1"; empty before the first contact
};

struct Peer {
  std::string id;
  std::string version;
  std::string path;           // "192.0.2.1/9993"; empty: not reached directly
  std::int64_t latency = -1;  // ms
  std::int64_t heard = 0;     // ms since 1970
};

inline constexpr std::size_t kMostBytes = 8u << 20;
inline constexpr std::size_t kMostMembers = 20'000;

bool isNodeId(std::string_view text);     // ten lower-case digits
bool isNetworkId(std::string_view text);  // sixteen

// JSON of an answer: 8 MiB, 32 levels, no key twice. Error FL0874.
Result<Json> readAnswer(std::string_view text);
Result<Status> readStatus(const Json& answer);                       // GET /status
Result<Member> readMember(const Json& answer, std::string_view id);  // GET …/member/ID; `id` "" for any
// GET /unstable/controller/network/ID/member: { data: [ record… ] }. By id; one id twice is an error.
Result<std::vector<Member>> readMembers(const Json& answer);
Result<std::vector<std::string>> readMemberIds(const Json& answer);  // GET …/member: { id: revision }
// GET …/network/ID: an object that speaks of the network `id`.
Result<Json> readNetwork(std::string_view text, std::string_view id);
Result<std::vector<Peer>> readPeers(const Json& answer);  // GET /peer

}  // namespace fleetd::deploy::zerotier
