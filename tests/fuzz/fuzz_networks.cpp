// What services export about addresses, as lines of configurations: whatever they say, a line stays one line.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <fleet/cxx/names.hpp>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void oneLine(const std::string& text) {
  for (const char c : text) require(c != '\n' && c != '\r' && c != '\0');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Words between NUL bytes: the machine, its host, its user, the domain, a host key, the rest options of ssh.
  std::vector<std::string> words{""};
  for (std::size_t i = 0; i < size; ++i) {
    if (data[i] == 0)
      words.emplace_back();
    else
      words.back() += static_cast<char>(data[i]);
  }
  words.resize(std::max<std::size_t>(words.size(), 6));
  fleet::List options;
  for (std::size_t i = 5; i < words.size(); ++i) options.push_back(words[i]);
  fleet::FleetView view;
  view.domain = words[3];
  view.machines[words[0]].facts =
      fleet::Attrs{{"vars", fleet::Attrs{{"openssh", fleet::Attrs{{"ssh.id_ed25519.pub", words[4]}}}}}};
  view.shared = fleet::Attrs{{"openssh-ca", fleet::Attrs{{"id_ed25519.pub", words[4]}}}};
  view.exports["s:i::"]["networking"] = fleet::Attrs{{"domain", words[3]}};
  view.exports["s:i::"]["overlay"] = fleet::Attrs{
      {"members",
       fleet::List{fleet::Attrs{{"addresses", options}, {"machine", false}, {"name", words[1]}, {"user", words[2]}}}}};
  view.exports["s:i:r:" + words[0]]["peer"] = fleet::Attrs{{"SSHOptions", options},
                                                           {"hosts", fleet::List{fleet::Attrs{{"plain", words[1]}}}},
                                                           {"port", static_cast<std::int64_t>(size) * 97},
                                                           {"user", words[2]}};
  const auto networks = fleet::networksOf(view);
  for (const auto& one : fleet::namesOf(networks, view.domain)) {
    for (const auto& name : one.names) oneLine(name);
    for (const auto& address : one.addresses) require(fleet::addressFamily(address) != 0);
    oneLine(one.alias);
  }
  for (const auto& one : fleet::knownHostsOf(view, networks)) oneLine(one.line());
  for (const auto& [name, value] : fleet::readSshOptions(words).options) {
    oneLine(name + value);
    require(!fleet::detail::runsPrograms(name));
  }
  for (const std::string& machine : {words[0], words[1]})
    if (const auto block = fleet::sshBlockOf(view, networks, machine)) {
      require(block->starts_with("Host ") && block->ends_with('\n'));
      for (std::size_t at = block->find('\n'); at + 1 < block->size(); at = block->find('\n', at + 1))
        require(block->compare(at + 1, 2, "  ") == 0);
    }
  return 0;
}
