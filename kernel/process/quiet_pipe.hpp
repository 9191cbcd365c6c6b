// Writing to a pipe whose reader may be gone, without the SIGPIPE that would end this process.
#pragma once
#include <sys/types.h>

#include <string_view>

namespace fleetd::process {

// write(2) with EPIPE as an ordinary failure, whatever the process does with SIGPIPE. Thread: any.
ssize_t writeQuietly(int fd, std::string_view bytes);

}  // namespace fleetd::process
