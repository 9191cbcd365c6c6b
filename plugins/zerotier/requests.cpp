// Proofs of work take a thirtieth of a second each, so all cores do their share.
#include "plugins/zerotier/requests.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include <fleet/cxx/value_codec.hpp>

#include "plugins/common/zerotier/identity.hpp"

namespace zerotier {

namespace {

namespace formats = fleetd::zerotier;

constexpr std::size_t kMost = 20'000;
constexpr unsigned kMostThreads = 8;

fleet::Error misunderstood(std::string what) {
  return {FLEET_E_INVALID_ARGUMENT, "ZT22", {}, "the request is not understood: " + std::move(what), {}, 0};
}

fleet::Value proof(const std::string* text, formats::MemoryHash& hash) {
  if (!text) return "this is no text";
  const auto identity = formats::parseIdentity(*text);
  if (!identity) return identity.error().message;
  if (identity->hasSecret()) return "the secret half of an identity must not be here";
  const auto proven = formats::validate(*identity, hash);
  return proven ? fleet::Value() : fleet::Value(proven.error().message);
}

fleet::List proofs(const fleet::List& identities) {
  std::vector<fleet::Value> found(identities.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    formats::MemoryHash hash;
    for (std::size_t i = next++; i < found.size(); i = next++) found[i] = proof(identities[i].get<std::string>(), hash);
  };
  const auto threads = std::min<std::size_t>(
      {std::max(1U, std::thread::hardware_concurrency()), kMostThreads, std::max<std::size_t>(1, found.size())});
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (auto& one : others) one.join();
  fleet::List out;
  for (auto& one : found) out.push_back(std::move(one));
  return out;
}

}  // namespace

fleet::Result<std::string> answerRequest(std::string_view body) {
  FLEET_TRY_ASSIGN(const auto request, fleet::parseValue(body));
  const auto* verb = request.find("verb");
  const auto* name = verb ? verb->get<std::string>() : nullptr;
  if (!name || *name != "prove") return misunderstood("its verb is not `prove`");
  const auto* identities = request.find("identities");
  const auto* list = identities ? identities->get<fleet::List>() : nullptr;
  if (!list || list->size() > kMost) return misunderstood("it needs a list of at most 20000 identities");
  fleet::Packer out;
  fleet::pack(out, fleet::Value(fleet::Attrs{{"problems", proofs(*list)}}));
  return out.take();
}

}  // namespace zerotier
