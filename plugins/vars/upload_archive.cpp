// Headers of 512 bytes, contents in blocks of 512 bytes, two empty blocks at the end.
#include "plugins/vars/upload_archive.hpp"

#include <algorithm>
#include <array>

namespace fleetd::vars {

namespace {

constexpr std::size_t kBlock = 512;

class Header {
 public:
  void text(std::size_t at, std::size_t room, std::string_view value) {
    std::copy_n(value.data(), std::min(value.size(), room), bytes_.data() + at);
  }
  // Octal digits with a zero behind them.
  void number(std::size_t at, std::size_t room, std::size_t value) {
    for (std::size_t i = room - 1; i-- > 0; value >>= 3) bytes_[at + i] = static_cast<char>('0' + (value & 7));
  }
  std::string_view finish() {
    text(148, 8, "        ");
    std::size_t sum = 0;
    for (const char c : bytes_) sum += static_cast<unsigned char>(c);
    number(148, 7, sum);
    return {bytes_.data(), bytes_.size()};
  }

 private:
  std::array<char, kBlock> bytes_{};
};

}  // namespace

fleet::Result<void> TarArchive::add(const TarFile& file, age::View content) {
  std::string_view name = file.path, prefix;
  if (name.size() > 100) {
    // The first slash that leaves few enough bytes behind it.
    const std::size_t slash = name.find('/', name.size() - 101);
    if (slash == std::string_view::npos || slash > 155) return age::error("VARS94", file.path + " is too long a name");
    prefix = name.substr(0, slash);
    name.remove_prefix(slash + 1);
  }
  if (file.owner.size() > 31 || file.group.size() > 31)
    return age::error("VARS94", file.path + ": the name of its owner or group is too long");
  Header header;
  header.text(0, 100, name);
  header.number(100, 8, file.mode);
  header.number(108, 8, 0);
  header.number(116, 8, 0);
  header.number(124, 12, content.size());
  header.number(136, 12, 1);
  header.text(156, 1, "0");
  header.text(257, 8, std::string_view("ustar\00000", 8));
  header.text(265, 32, file.owner);
  header.text(297, 32, file.group);
  header.text(345, 155, prefix);
  FLEET_TRY(out_.add(header.finish()));
  FLEET_TRY(out_.add(content));
  return out_.addZeros((kBlock - content.size() % kBlock) % kBlock);
}

fleet::Result<SecretBytes> TarArchive::finish() {
  FLEET_TRY(out_.addZeros(2 * kBlock));
  return out_.take();
}

}  // namespace fleetd::vars
