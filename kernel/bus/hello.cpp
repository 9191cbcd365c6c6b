// Packing and judging first messages.
#include "kernel/bus/hello.hpp"

#include <sodium.h>

#include <array>
#include <cstdlib>

#include <fleet/cxx/unpack.hpp>

namespace fleetd::bus {

std::string randomName() {
  if (sodium_init() < 0) std::abort();  // no chance, no secrets
  std::array<unsigned char, 16> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::string out(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes.data(), bytes.size());
  out.pop_back();
  return out;
}

std::string packHello(std::string_view token, std::string_view body) {
  ::fleet::Packer out;
  out.array(2);
  out.bin(token);
  out.bin(body);
  return out.take();
}

std::optional<std::string> openHello(std::string_view packed, std::string_view token) {
  ::fleet::Reader in(packed);
  const auto fields = in.array();
  if (!fields || *fields != 2) return std::nullopt;
  const auto given = in.bin();
  if (!given || given->size() != token.size() || sodium_memcmp(given->data(), token.data(), token.size()) != 0)
    return std::nullopt;
  const auto body = in.bin();
  if (!body || !in.done()) return std::nullopt;
  return std::string(*body);
}

}  // namespace fleetd::bus
