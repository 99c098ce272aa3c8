# Every fault in every call, and every reply lost: a sample of each.
add_executable(torture_upload upload.c)
target_link_libraries(torture_upload PRIVATE inforouter::inforouter ir_warnings)

set(programs
    IR=$<TARGET_FILE:ir>
    IR_EMULATOR=$<TARGET_FILE:ir-emulator>
    TORTURE_UPLOAD=$<TARGET_FILE:torture_upload>)
set(every_matrix 31)
set(every_lostreplies 7)
foreach(name matrix lostreplies)
    add_test(NAME torture-${name} COMMAND ${SYSTEM_PYTHON}
        ${CMAKE_CURRENT_SOURCE_DIR}/${name}.py
        --sample 1 ${every_${name}} --jobs 2)
    set_tests_properties(torture-${name} PROPERTIES
        ENVIRONMENT "${programs}"
        TIMEOUT 300
        LABELS "plain;torture")
endforeach()
