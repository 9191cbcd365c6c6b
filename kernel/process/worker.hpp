// Worker: a copy of this process that computes something over everything that is in memory already, and sends back
// bytes.
//
// For evaluations that are not made for several threads. Memory is shared until one of both writes to it; nothing is
// locked, and what the worker does cannot disturb its parent.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "kernel/base/result.hpp"
#include "kernel/process/child_exit.hpp"

namespace fleetd::process {

class Worker {
 public:
  // Sends bytes to the parent; false once it does not listen any more.
  using Send = std::function<bool(std::string_view)>;

  // Starts `body` in a copy of the process that has the calling thread only; it must not use other threads, nor print.
  // Errors: FL0004 when there is no process to be had.
  static Result<Worker> start(const std::function<void(const Send&)>& body);
  Worker(Worker&&) noexcept;
  Worker& operator=(Worker&&) = delete;
  ~Worker();  // ends the worker when its result was not asked for

  // Ends the worker that calls this, because what comes next is not for it; its parent does what is left.
  [[noreturn]] static void giveUp();
  // Whether this process is a worker.
  static bool is();

  // The next bytes that were sent, as soon as there are so many; nothing when the worker ended before.
  std::optional<std::string> take(std::size_t size);
  // Whether take() would not wait.
  bool has(std::size_t size) const;

  // Waits for the end. All that was sent and not taken, or FL0007 when the worker did not reach the end of its work.
  Result<std::string> finish();

 private:
  Worker();

  struct Received;
  ChildExit child_;
  std::unique_ptr<Received> received_;
  std::thread reader_;
};

// How many processors there are to work with, at least 1.
unsigned processors();

}  // namespace fleetd::process
