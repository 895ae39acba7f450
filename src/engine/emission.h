// One fact in a relation, as its owner holds it.
#pragma once

namespace mooring::engine {

class RelationBase {
 public:
  virtual ~RelationBase() = default;
  // Gives back one reference to the element at handle.
  virtual void release(void* handle) = 0;
};

struct Emission {
  RelationBase* relation;
  void* handle;
};

}  // namespace mooring::engine
