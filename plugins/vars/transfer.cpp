// Looking first, writing then.
#include "plugins/vars/transfer.hpp"

#include <algorithm>

#include <sodium.h>

#include "plugins/vars/archive.hpp"
#include "plugins/vars/generate.hpp"
#include "plugins/vars/store/access.hpp"
#include "plugins/vars/store/disk.hpp"

namespace fleetd::vars {

namespace {

using fleet::Value;

constexpr std::string_view kVars = "vars/";
constexpr std::size_t kLargest = 15u << 20;  // bytes; an archive has to fit into an answer

std::string textOf(const Value& request, std::string_view name) {
  const Value* value = request.find(name);
  const auto* held = value ? value->get<std::string>() : nullptr;
  return held ? *held : std::string();
}

// Another store than the fleet's, when one is named.
fleet::Result<void> useStore(Request& request, const Value& value) {
  const std::string name = textOf(value, "storeName");
  if (name.empty()) return {};
  StoreChoice choice = request.choice;
  FLEET_TRY_ASSIGN(choice.kind, storeKind(name));
  FLEET_TRY_ASSIGN(request.store, Store::open(request.fleet, choice));
  return {};
}

std::string parentOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

struct Place {
  const GeneratorDecl* decl = nullptr;
  std::string file;
};

// What an archived path is here. Errors: VARS91 for paths that leave the store.
fleet::Result<Place> placeOf(const Request& request, const std::string& path) {
  std::size_t from = 0, parts = 0;
  while (from <= path.size()) {
    const std::size_t to = std::min(path.find('/', from), path.size());
    const std::string part = path.substr(from, to - from);
    if (!isName(part) && !(parts == 1 && path.starts_with("per-export/") && isScope(part)))
      return age::error("VARS91", "the archive has a value at `" + path.substr(0, 80) + "`, which is no place for one");
    from = to + 1;
    ++parts;
  }
  if (parts != (path.starts_with("shared/") ? 3u : 4u))
    return age::error("VARS91", "the archive has a value at `" + path.substr(0, 80) + "`, which is no place for one");
  const auto decl = request.declarations.find(parentOf(path));
  Place out{nullptr, path.substr(path.rfind('/') + 1)};
  if (decl != request.declarations.end() && decl->second.store.empty() && decl->second.files.contains(out.file))
    out.decl = &decl->second;
  return out;
}

enum class State { Missing, Same, Differs };

State stateOf(const Request& request, const Place& place, const ArchivedValue& one) {
  const std::string& at = place.decl->place;
  if (one.secret) {
    if (!request.store.hasSecret(at, place.file)) return State::Missing;
    const auto now = request.store.readSecret(at, place.file);
    return now && now->size() == one.value.size() && sodium_memcmp(now->data(), one.value.data(), now->size()) == 0
               ? State::Same
               : State::Differs;
  }
  if (!request.store.hasPublic(at, place.file)) return State::Missing;
  const auto now = request.store.readPublic(at, place.file);
  return now && *now == one.value.text() ? State::Same : State::Differs;
}

struct Plan {
  std::vector<std::pair<Place, const ArchivedValue*>> write;
  std::set<std::string> places;  // generators of which something is written or there already
  std::int64_t same = 0, passedOver = 0;
};

fleet::Result<Plan> planFor(const Request& request, const Archive& archive, bool replace, Answer& answer, bool& bad) {
  Plan out;
  std::set<std::string> seen;
  for (const auto& one : archive.values) {
    FLEET_TRY_ASSIGN(const auto place, placeOf(request, one.path));
    if (!seen.insert(one.path).second) return age::error("VARS91", "the archive has " + one.path + " twice");
    if (!place.decl) {
      answer.add("passed over " + one.path + ": nothing declares it here");
      ++out.passedOver;
      continue;
    }
    if (place.decl->files.at(place.file).secret != one.secret) {
      answer.problem(one.path + ": it is " + (one.secret ? "a secret" : "public") + " in the archive, and is not here",
                     "declare it as it was, or set it with `fleetd vars set`");
      bad = true;
      continue;
    }
    const State state = stateOf(request, place, one);
    out.places.insert(place.decl->place);
    if (state == State::Same) {
      ++out.same;
    } else if (state == State::Differs && !replace) {
      answer.problem(one.path + ": there is another value already", "--replace takes those of the archive");
      bad = true;
    } else {
      out.write.emplace_back(place, &one);
    }
  }
  return out;
}

}  // namespace

fleet::Result<Value> exportValues(Request& request, const Value& value) {
  FLEET_TRY(useStore(request, value));
  std::vector<age::Recipient> recipients;
  const Value* given = value.find("recipients");
  if (const auto* list = given ? given->get<fleet::List>() : nullptr)
    for (const auto& item : *list)
      if (const auto* text = item.get<std::string>()) {
        FLEET_TRY_ASSIGN(auto key, age::parseRecipient(*text));
        recipients.push_back(std::move(key));
      }
  if (recipients.empty())
    return age::error("VARS85", "nobody could open the archive", "--recipient age1…; several may be given");
  FLEET_TRY_ASSIGN(const auto access, Access::open(request.store));
  FLEET_TRY_ASSIGN(const auto secrets, request.store.secrets());
  FLEET_TRY_ASSIGN(const auto values, access.publicValues());
  Archive archive;
  std::set<std::string> places;
  for (const auto& one : secrets) {
    FLEET_TRY_ASSIGN(auto content, request.store.readSecret(one.place, one.file));
    archive.values.push_back({one.place + "/" + one.file, true, std::move(content)});
  }
  for (const auto& directory : values) {
    FLEET_TRY_ASSIGN(const auto text, disk::read(request.fleet + "/" + directory + "/value"));
    FLEET_TRY_ASSIGN(auto content, SecretBytes::copy(text));
    archive.values.push_back({directory.substr(kVars.size()), false, std::move(content)});
  }
  std::sort(archive.values.begin(), archive.values.end(),
            [](const auto& a, const auto& b) { return std::tie(a.path, a.secret) < std::tie(b.path, b.secret); });
  for (const auto& one : archive.values) places.insert(parentOf(one.path));
  for (const auto& place : places)
    if (const std::string hash = request.store.readHash(place); !hash.empty()) archive.hashes.push_back({place, hash});
  FLEET_TRY_ASSIGN(const auto sealed, sealArchive(archive, recipients));
  if (sealed.size() > kLargest)
    return age::error("VARS93", "the archive would have more than 15 MiB",
                      "large files belong into a backup of their own");
  Answer answer;
  answer.set("archive", sealed);
  answer.set("count", static_cast<std::int64_t>(archive.values.size()));
  return answer.value();
}

fleet::Result<Value> importValues(Request& request, const Value& value) {
  FLEET_TRY(useStore(request, value));
  FLEET_TRY(request.store.settle());
  FLEET_TRY_ASSIGN(const auto who, request.store.kind() == StoreKind::Age ? findAgeOperator() : findOperator());
  FLEET_TRY_ASSIGN(const auto archive, openArchive(textOf(value, "archive"), who.identities));
  const Value* flag = value.find("replace");
  const bool replace = flag && flag->get<bool>() && *flag->get<bool>();
  Answer answer;
  bool bad = false;
  FLEET_TRY_ASSIGN(const auto plan, planFor(request, archive, replace, answer, bad));
  if (bad) return answer.value();
  constexpr const char* kMessage = "vars: import values";
  request.store.begin();
  for (const auto& [place, one] : plan.write) FLEET_TRY(storeFile(request, *place.decl, place.file, one->value));
  for (const auto& hash : archive.hashes)
    if (plan.places.contains(hash.path)) FLEET_TRY(request.store.writeHash(hash.path, hash.hash));
  FLEET_TRY(request.store.commit(kMessage));
  answer.set("written", static_cast<std::int64_t>(plan.write.size()));
  answer.set("same", plan.same);
  answer.commit(kMessage, request.store.takeTouched());
  return answer.value();
}

}  // namespace fleetd::vars
