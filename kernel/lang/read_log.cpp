// The log of this thread.
#include "kernel/lang/read_log.hpp"

namespace fleetd::lang {

namespace {

thread_local ReadLog* current = nullptr;

}  // namespace

ReadLog::ReadLog(std::set<std::string>& paths) : paths_(paths), outer_(current) { current = this; }
ReadLog::~ReadLog() { current = outer_; }

void ReadLog::note(const std::string& path) {
  if (current) current->paths_.insert(path);
}

}  // namespace fleetd::lang
