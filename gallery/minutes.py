def minutes_of(lesson): return 7
