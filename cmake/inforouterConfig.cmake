include(${CMAKE_CURRENT_LIST_DIR}/inforouterTargets.cmake)
