// Mapping files.
#include "kernel/base/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include <fmt/core.h>

#include "kernel/base/fd.hpp"

namespace fleetd::base {

Result<MappedFile> MappedFile::open(const std::string& path, std::size_t limit) {
  const auto failed = [&](int number) {
    return Error{Code::FL0002, fmt::format("cannot read {}: {}", path, std::strerror(number)), "", {}};
  };
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return failed(errno);
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return failed(errno);
  if (!S_ISREG(st.st_mode)) return Error{Code::FL0002, fmt::format("{} is not a regular file", path), "", {}};
  const auto size = static_cast<std::size_t>(st.st_size);
  if (size > limit) return Error{Code::FL0004, fmt::format("{} has more than {} bytes", path, limit), "", {}};
  MappedFile out;
  if (size == 0) return out;
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (data == MAP_FAILED) return failed(errno);
  out.data_ = data;
  out.size_ = size;
  return out;
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(data_, size_);
}

}  // namespace fleetd::base
