// Headers and exported symbols of ELF and Mach-O libraries of 64 bits, little endian.
#include "kernel/plugin/image.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/bus/errors.hpp"

namespace fleetd::plugin {

namespace {

using bus::fail;

constexpr std::size_t kMaxSymbols = 1u << 20;
constexpr std::size_t kMaxSections = 65536;
constexpr std::size_t kMaxExports = 64;  // named in a report; one is allowed

Error broken(std::string_view what) {
  return fail(Code::FL0338, fmt::format("the file is damaged: {}", what), "build it again");
}

// Little-endian numbers at offsets that may be anything.
class Bytes {
 public:
  explicit Bytes(std::string_view all) : all_(all) {}
  bool has(std::uint64_t at, std::uint64_t size) const { return at <= all_.size() && size <= all_.size() - at; }
  // 0 beyond the end: callers ask has() for the whole record first.
  template <class T>
  T get(std::uint64_t at) const {
    static_assert(std::is_unsigned_v<T>);
    T out = 0;
    if (!has(at, sizeof(T))) return 0;
    for (std::size_t i = sizeof(T); i-- > 0;)
      out = static_cast<T>((static_cast<std::uint64_t>(out) << 8) | static_cast<unsigned char>(all_[at + i]));
    return out;
  }
  // The text that begins at `at` within [start, start + size), or an empty one.
  std::string text(std::uint64_t start, std::uint64_t size, std::uint64_t at) const {
    if (at >= size || !has(start, size)) return {};
    const std::string_view rest = all_.substr(start + at, size - at);
    const auto end = rest.find('\0');
    return base::sanitize(rest.substr(0, std::min<std::size_t>(end, 256)));
  }
  std::size_t size() const { return all_.size(); }

 private:
  std::string_view all_;
};

std::string machineName(ImageFormat format, std::uint32_t number) {
  const bool elf = format == ImageFormat::Elf;
  if (number == (elf ? 62u : 0x01000007u)) return "x86_64";
  if (number == (elf ? 183u : 0x0100000cu)) return "aarch64";
  if (elf && number == 243) return "riscv64";
  return std::to_string(number);
}

void add(Image& image, std::string name) {
  if (!name.empty() && image.exports.size() < kMaxExports) image.exports.push_back(std::move(name));
}

Result<void> readElfSymbols(const Bytes& in, Image& image) {
  const auto sections = in.get<std::uint64_t>(40);
  const std::uint64_t entry = in.get<std::uint16_t>(58);
  const std::uint64_t count = in.get<std::uint16_t>(60);
  if (sections == 0 || count == 0) return {};  // taken away: nothing to read
  if (entry != 64 || count > kMaxSections || !in.has(sections, count * entry))
    return broken("its sections lie outside");
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = sections + i * entry;
    if (in.get<std::uint32_t>(at + 4) != 11) continue;  // SHT_DYNSYM
    const auto start = in.get<std::uint64_t>(at + 24), size = in.get<std::uint64_t>(at + 32);
    const std::uint64_t link = in.get<std::uint32_t>(at + 40);
    if (!in.has(start, size) || size / 24 > kMaxSymbols || link >= count) return broken("its symbols lie outside");
    const std::uint64_t names = sections + link * entry;
    const auto nameStart = in.get<std::uint64_t>(names + 24), nameSize = in.get<std::uint64_t>(names + 32);
    if (!in.has(nameStart, nameSize)) return broken("the names of its symbols lie outside");
    image.symbolsReadable = true;
    for (std::uint64_t symbol = start; symbol + 24 <= start + size; symbol += 24) {
      const unsigned info = in.get<std::uint8_t>(symbol + 4), other = in.get<std::uint8_t>(symbol + 5);
      const unsigned section = in.get<std::uint16_t>(symbol + 6), bind = info >> 4;
      const bool global = bind == 1 || bind == 2 || bind == 10;
      const bool visible = (other & 3) == 0 || (other & 3) == 3;
      if (!global || !visible || section == 0 || section == 0xfff1) continue;  // undefined, or the name of a version
      add(image, in.text(nameStart, nameSize, in.get<std::uint32_t>(symbol)));
    }
  }
  return {};
}

Result<Image> readElf(const Bytes& in) {
  if (!in.has(0, 64)) return broken("it ends inside its header");
  if (in.get<std::uint8_t>(4) != 2 || in.get<std::uint8_t>(5) != 1)
    return fail(Code::FL0338, "the library is not one of 64 bits, little endian", "build it for this machine");
  if (in.get<std::uint16_t>(16) != 3)
    return fail(Code::FL0338, "the file is no shared library but another kind of ELF file",
                "link it with -shared, or as a shared_module of meson");
  Image image;
  image.header.machine = machineName(ImageFormat::Elf, in.get<std::uint16_t>(18));
  const auto segments = in.get<std::uint64_t>(32);
  const std::uint64_t count = in.get<std::uint16_t>(56);
  if (in.get<std::uint16_t>(54) != 56 || count == 0 || !in.has(segments, count * 56))
    return broken("its segments lie outside");
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = segments + i * 56;
    if (in.get<std::uint32_t>(at) == 1 && !in.has(in.get<std::uint64_t>(at + 8), in.get<std::uint64_t>(at + 32)))
      return broken("it is cut off");
  }
  FLEETD_TRY(readElfSymbols(in, image));
  return image;
}

Result<Image> readMachO(const Bytes& in) {
  if (!in.has(0, 32)) return broken("it ends inside its header");
  const auto type = in.get<std::uint32_t>(12);
  if (type != 6 && type != 8)  // MH_DYLIB, MH_BUNDLE
    return fail(Code::FL0338, "the file is no shared library but another kind of Mach-O file",
                "link it with -dynamiclib or -bundle");
  Image image;
  image.header = {ImageFormat::MachO, machineName(ImageFormat::MachO, in.get<std::uint32_t>(4))};
  const auto count = in.get<std::uint32_t>(16);
  std::uint64_t at = 32;
  for (std::uint32_t i = 0; i < count && i < kMaxSections; ++i) {
    const auto kind = in.get<std::uint32_t>(at), size = in.get<std::uint32_t>(at + 4);
    if (size < 8 || !in.has(at, size)) return broken("its load commands lie outside");
    if (kind == 2) {  // LC_SYMTAB
      const auto start = in.get<std::uint32_t>(at + 8), symbols = in.get<std::uint32_t>(at + 12);
      const auto names = in.get<std::uint32_t>(at + 16), nameSize = in.get<std::uint32_t>(at + 20);
      if (symbols > kMaxSymbols || !in.has(start, std::uint64_t{symbols} * 16) || !in.has(names, nameSize))
        return broken("its symbols lie outside");
      image.symbolsReadable = true;
      for (std::uint64_t s = start; s < start + std::uint64_t{symbols} * 16; s += 16) {
        const unsigned flags = in.get<std::uint8_t>(s + 4);
        // External, defined, not private, no debugger's entry.
        if ((flags & 0xe0) != 0 || (flags & 0x10) != 0 || (flags & 1) == 0 || (flags & 0x0e) == 0) continue;
        std::string name = in.text(names, nameSize, in.get<std::uint32_t>(s));
        if (name.starts_with('_')) name.erase(0, 1);
        add(image, std::move(name));
      }
    }
    at += size;
  }
  return image;
}

}  // namespace

Result<Image> readImage(std::string_view bytes) {
  const Bytes in(bytes);
  Result<Image> image = [&]() -> Result<Image> {
    if (bytes.starts_with("\x7f"
                          "ELF"))
      return readElf(in);
    const auto magic = in.get<std::uint32_t>(0);
    if (magic == 0xfeedfacf) return readMachO(in);
    if (magic == 0xbebafeca || magic == 0xbfbafeca)
      return fail(Code::FL0338, "the library holds several architectures",
                  "take one out, for example with `lipo -thin`: fleetd does not choose");
    return fail(Code::FL0338, "the file is no shared library", "name the .so a build of the plugin wrote");
  }();
  if (image) std::sort(image->exports.begin(), image->exports.end());
  return image;
}

std::optional<ImageHeader> imageHeader(std::string_view bytes) {
  const Bytes in(bytes);
  if (bytes.starts_with("\x7f"
                        "ELF"))
    return ImageHeader{ImageFormat::Elf, machineName(ImageFormat::Elf, in.get<std::uint16_t>(18))};
  if (in.get<std::uint32_t>(0) == 0xfeedfacf)
    return ImageHeader{ImageFormat::MachO, machineName(ImageFormat::MachO, in.get<std::uint32_t>(4))};
  return std::nullopt;
}

}  // namespace fleetd::plugin
