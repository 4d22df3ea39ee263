"""asked.py ANSWER MEANWHILE COMMAND...: runs the command on a terminal and answers its
question; MEANWHILE, a shell command, runs while it waits. Prints what the terminal
showed; a failure when nothing is asked."""
import os, pty, subprocess, sys
answer, meanwhile, command = sys.argv[1], sys.argv[2], sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    os.environ["NO_COLOR"] = "1"
    os.execvp(command[0], command)
text = b""
answered = False
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    text += piece
    if b"[y/N]" in text and not answered:
        answered = True
        if subprocess.call(["bash", "-c", meanwhile]) != 0:
            sys.exit("what was to be done meanwhile failed")
        os.write(terminal, answer.encode() + b"\n")
sys.stdout.buffer.write(text)
if not answered:
    sys.exit("nothing was asked")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
