// Runs a fuzz harness once for each file of a corpus directory, and for prefixes and small changes of it,
// without libFuzzer.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "kernel/base/file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void feed(const std::string& bytes) {
  // A copy of exactly this size, so that the address sanitizer sees a read beyond its end.
  const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

void feedVariants(const std::string& bytes) {
  feed(bytes);
  const std::size_t step = bytes.size() / 64 + 1;
  for (std::size_t i = 0; i < bytes.size(); i += step) {
    feed(bytes.substr(0, i));
    for (const int flip : {0x01, 0x80, 0xFF}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      feed(changed);
    }
  }
}

}  // namespace

// A closed output makes fmt throw, and then the test has failed.
// NOLINTNEXTLINE(bugprone-exception-escape)
int main(int argc, char** argv) {
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string dir = argv[i];
    const auto entries = fleetd::base::listDir(dir);
    if (!entries) {
      fmt::print(stderr, "{}\n", entries.error().message);
      return 1;
    }
    for (const auto& entry : *entries) {
      const auto bytes = fleetd::base::readFile(dir + "/" + entry.name);
      if (!bytes) continue;
      feedVariants(*bytes);
      ++count;
    }
  }
  fmt::print("{} inputs with their variants\n", count);
  return count > 0 ? 0 : 1;
}
