# Deadlines, threads, random kills, and a long time under load.  In full, with the environment
# below: soak.py for an hour, threads.py --transfers 400.
add_executable(torture_threads threads.c)
target_link_libraries(torture_threads PRIVATE
    inforouter::inforouter ir_warnings Threads::Threads)

set(environment
    IR=$<TARGET_FILE:ir>
    IR_EMULATOR=$<TARGET_FILE:ir-emulator>
    TORTURE_THREADS=$<TARGET_FILE:torture_threads>)

function(ir_soak_test name labels)
    add_test(NAME torture-${name} COMMAND ${SYSTEM_PYTHON}
        ${CMAKE_CURRENT_SOURCE_DIR}/${name}.py ${ARGN})
    set_tests_properties(torture-${name} PROPERTIES
        ENVIRONMENT "${environment}"
        TIMEOUT 300
        LABELS "${labels}")
endfunction()

ir_soak_test(deadlines "plain;torture")
ir_soak_test(soak "plain;torture" --seconds 45)
ir_soak_test(resumes "plain;torture" --runs 40)
if(CMAKE_C_FLAGS MATCHES "-fsanitize=thread")
    ir_soak_test(threads "torture" --transfers 25)
endif()
# Times and slopes say little while others are at work.
set_tests_properties(torture-deadlines torture-soak PROPERTIES PROCESSORS 2)
